#include "TerminalGuard.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/// Those that end a process and can be caught; the real-time ones do, too, but are nobody's habit.
static const int deadly[] = {
    SIGHUP,  SIGINT,  SIGQUIT, SIGILL,    SIGTRAP, SIGABRT, SIGBUS,  SIGFPE,    SIGUSR1, SIGSEGV, SIGUSR2, SIGPIPE,
    SIGALRM, SIGTERM, SIGSTKFLT, SIGXCPU, SIGXFSZ, SIGVTALRM, SIGPROF, SIGIO, SIGPWR,  SIGSYS,
};

static struct {
  pid_t owner;
  int output;
  int input;
  size_t length;
  char text[64];
  struct termios modes;
} guarded;
static struct sigaction before[COUNT(deadly)];
static atomic_int is_guarded;

static int is_fault(const siginfo_t *info) {
  int number = info->si_signo;
  return info->si_code > 0 &&
         (number == SIGSEGV || number == SIGBUS || number == SIGILL || number == SIGFPE);
}

/// Async-signal-safe.
static void give_back(int number, siginfo_t *info, void *context) {
  (void)context;
  int error = errno;
  if (getpid() == guarded.owner && atomic_exchange(&is_guarded, 0)) {
    // A terminal that takes nothing may not keep the process alive.
    size_t done = 0;
    for (int tries = 0; done < guarded.length && tries < 5; tries++) {
      ssize_t count = write(guarded.output, guarded.text + done, guarded.length - done);
      if (count > 0) {
        done += (size_t)count;
      } else if (errno == EAGAIN) {
        struct pollfd wait = {.fd = guarded.output, .events = POLLOUT};
        poll(&wait, 1, 100);
      } else if (errno != EINTR) {
        break;
      }
    }
    if (guarded.input >= 0) tcsetattr(guarded.input, TCSANOW, &guarded.modes);
  }
  for (size_t index = 0; index < COUNT(deadly); index++) {
    if (deadly[index] == number) sigaction(number, &before[index], NULL);
  }
  // What faulted does so again on return, with all that the next handler wants to know of it.
  if (!is_fault(info)) raise(number);
  errno = error;
}

void clp_terminal_guard(int output, const char *text, size_t length, int input, const struct termios *modes) {
  clp_terminal_unguard();
  guarded.owner = getpid();
  guarded.output = output;
  guarded.input = input;
  guarded.length = length < sizeof guarded.text ? length : sizeof guarded.text;
  memcpy(guarded.text, text, guarded.length);
  guarded.modes = *modes;
  atomic_store(&is_guarded, 1);
  for (size_t index = 0; index < COUNT(deadly); index++) {
    struct sigaction action = {.sa_sigaction = give_back, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART};
    sigemptyset(&action.sa_mask);
    if (sigaction(deadly[index], NULL, &before[index]) != 0) continue;
    int is_ignored = !(before[index].sa_flags & SA_SIGINFO) && before[index].sa_handler == SIG_IGN;
    if (!is_ignored) sigaction(deadly[index], &action, NULL);
  }
}

void clp_terminal_unguard(void) {
  if (!atomic_exchange(&is_guarded, 0)) return;
  for (size_t index = 0; index < COUNT(deadly); index++) sigaction(deadly[index], &before[index], NULL);
}
