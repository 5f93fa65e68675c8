#define _GNU_SOURCE
#include "clp_inheritance.h"

#include <linux/prctl.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

// The kernel's own calls throughout: the C library hides two signals that it uses itself (nptl(7)), which a program is
// given all the same. As the kernel defines it on x86-64 and AArch64.
struct kernel_sigaction {
  void (*handler)(int);
  unsigned long flags;
  void (*restorer)(void);
  uint64_t mask;
};

enum { LAST_SIGNAL = 64, RESETS_ON_FORK = 1 /* SCHED_FLAG_RESET_ON_FORK */ };

static uint64_t monotonic_nanoseconds(void) {
  struct timespec now = {0, 0};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void clp_inheritance_read(struct clp_inheritance *result) {
  memset(result, 0, sizeof *result);
  for (int number = 1; number <= LAST_SIGNAL; number++) {
    struct kernel_sigaction action;
    if (syscall(SYS_rt_sigaction, number, NULL, &action, sizeof action.mask) == 0 && action.handler == SIG_IGN) {
      result->ignored |= (uint64_t)1 << (number - 1);
    }
  }
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, NULL, &result->blocked, sizeof result->blocked);
  syscall(SYS_rt_sigpending, &result->pending_for_process, sizeof result->pending_for_process);
  for (int which = 0; which < 3; which++) getitimer((__itimer_which_t)which, &result->timers[which]);
  result->time = monotonic_nanoseconds();
  prctl(PR_GET_PDEATHSIG, &result->death_signal);
  prctl(PR_GET_CHILD_SUBREAPER, &result->is_subreaper);
  if (syscall(SYS_sched_getattr, 0, &result->schedule, sizeof result->schedule, 0) != 0) result->schedule.size = 0;
}

void clp_disarm_timers(void) {
  const struct itimerval none = {{0, 0}, {0, 0}};
  for (int which = 0; which < 3; which++) setitimer((__itimer_which_t)which, &none, NULL);
}

static int is_armed(const struct itimerval *timer) { return timer->it_value.tv_sec != 0 || timer->it_value.tv_usec != 0; }

static void arm(int which, struct itimerval timer, uint64_t elapsed) {
  if (!is_armed(&timer)) return;
  if (which == ITIMER_REAL) {
    int64_t left = timer.it_value.tv_sec * 1000000 + timer.it_value.tv_usec - (int64_t)(elapsed / 1000);
    // Overdue: at once.
    if (left < 1) left = 1;
    timer.it_value.tv_sec = left / 1000000;
    timer.it_value.tv_usec = left % 1000000;
  }
  setitimer((__itimer_which_t)which, &timer, NULL);
}

void clp_inheritance_apply(const struct clp_inheritance *given) {
  for (int number = 1; number <= LAST_SIGNAL; number++) {
    const struct kernel_sigaction action = {
      .handler = given->ignored >> (number - 1) & 1 ? SIG_IGN : SIG_DFL,
    };
    syscall(SYS_rt_sigaction, number, &action, NULL, sizeof action.mask);
  }
  prctl(PR_SET_PDEATHSIG, given->death_signal);
  prctl(PR_SET_CHILD_SUBREAPER, given->is_subreaper);
  if (given->schedule.size != 0 && given->schedule.flags & RESETS_ON_FORK) {
    // Refused where it needs a privilege that is gone meanwhile; then fork's way is the only one.
    syscall(SYS_sched_setattr, 0, &given->schedule, 0);
  }
  uint64_t elapsed = monotonic_nanoseconds() - given->time;
  for (int which = 0; which < 3; which++) arm(which, given->timers[which], elapsed);
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &given->blocked, NULL, sizeof given->blocked);
  pid_t pid = getpid();
  for (int number = 1; number <= LAST_SIGNAL; number++) {
    // Only what is blocked can have been pending, and stays so until the program unblocks it.
    if (!(given->blocked >> (number - 1) & 1)) continue;
    if (given->pending_for_process >> (number - 1) & 1) syscall(SYS_kill, pid, number);
    if (given->pending_for_thread >> (number - 1) & 1) syscall(SYS_tgkill, pid, pid, number);
  }
}

const char *clp_initial_environment(char *const arguments[], size_t *size) {
  if (!getauxval(AT_SECURE) || getuid() != geteuid() || getgid() != getegid() || !arguments[0]) return NULL;
  // The kernel puts the arguments' text, the environment's and the program's path next to each other (fs/exec.c).
  const char *end = (const char *)getauxval(AT_EXECFN);
  while (arguments[1]) arguments++;
  const char *start = arguments[0] + strlen(arguments[0]) + 1;
  if (end == NULL || end <= start || end - start > 128 << 20 || end[-1] != 0) return NULL;
  *size = (size_t)(end - start);
  return start;
}
