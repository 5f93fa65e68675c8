/* Takes on one peculiar state and becomes another program: what a caller may give to a program that it starts.
 *
 * usage: giving SITUATION PROGRAM [ARGUMENT]…
 * The environment gets GIVING_PID, this process's number, by which `given` tells who stands in between. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "sample.h"

static void put(const char *path, const char *text) {
  int file = open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0 || write(file, text, strlen(text)) < 0) perror(path);
  close(file);
}

static void block(int first, ...) {
  sigset_t set;
  sigemptyset(&set);
  __builtin_va_list more;
  __builtin_va_start(more, first);
  for (int number = first; number != 0; number = __builtin_va_arg(more, int)) sigaddset(&set, number);
  __builtin_va_end(more);
  sigprocmask(SIG_BLOCK, &set, NULL);
}

static void nothing(void) {}
static void ignored(void) {
  for (int number = 1; number < 65; number++) signal(number, number % 3 == 0 ? SIG_IGN : SIG_DFL);
}
static void pipe_ignored(void) { signal(SIGPIPE, SIG_IGN); }
static void children_ignored(void) { signal(SIGCHLD, SIG_IGN); }
static void hidden_signals(void) {
  /* Those that the C library keeps to itself (nptl(7)). */
  struct { void *handler; unsigned long flags; void *restorer; uint64_t mask; } ignore = {(void *)1, 0, 0, 0};
  syscall(SYS_rt_sigaction, 32, &ignore, NULL, 8);
  uint64_t both = (uint64_t)3 << 31;
  syscall(SYS_rt_sigprocmask, SIG_BLOCK, &both, NULL, 8);
}
static void blocked(void) { block(SIGUSR1, SIGINT, SIGHUP, SIGTERM, SIGCHLD, SIGPIPE, 40, 0); }
static void pending(void) {
  block(SIGUSR1, SIGTERM, SIGHUP, 41, 0);
  kill(getpid(), SIGUSR1);
  kill(getpid(), SIGTERM);
  raise(SIGHUP);
  raise(41);
}
static void no_input(void) { close(0); }
static void no_streams(void) { close(0), close(1), close(2); }
static void descriptors(void) {
  int file = open("/etc/passwd", O_RDONLY);
  lseek(file, 5, SEEK_SET);
  dup2(file, 77);
  fcntl(open("/dev/null", O_WRONLY | O_APPEND), F_SETFL, O_APPEND | O_NONBLOCK);
  open("/", O_PATH);
  int ends[2];
  if (pipe(ends) != 0) perror("pipe");
}
static void limits(void) {
  struct rlimit files = {64, 4096}, core = {0, 0}, stack = {4 << 20, 16 << 20}, locked = {4096, 4096};
  setrlimit(RLIMIT_NOFILE, &files);
  setrlimit(RLIMIT_CORE, &core);
  setrlimit(RLIMIT_STACK, &stack);
  setrlimit(RLIMIT_MEMLOCK, &locked);
}
static void mask_and_folder(void) {
  umask(027);
  if (chdir("/usr") != 0) perror("chdir");
}
static void nice_7(void) { setpriority(PRIO_PROCESS, 0, 7); }
static void one_processor(void) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(0, &set);
  sched_setaffinity(0, sizeof set, &set);
}
static void schedule(int policy, int priority) {
  struct sched_param parameters = {.sched_priority = priority};
  if (sched_setscheduler(0, policy, &parameters) != 0) perror("sched_setscheduler");
}
static void batch(void) { schedule(SCHED_BATCH, 0); }
static void real_time(void) { schedule(SCHED_RR, 5); }
static void reset_on_fork(void) { schedule(SCHED_FIFO | SCHED_RESET_ON_FORK, 3); }
static void group(void) { setpgid(0, 0); }
static void session(void) {
  if (fork() != 0) {
    int status;
    wait4(-1, &status, 0, NULL);
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  }
  setsid();
}
static void death_signal(void) { prctl(PR_SET_PDEATHSIG, SIGUSR2); }
static void reaper(void) { prctl(PR_SET_CHILD_SUBREAPER, 1); }
static void privileges(void) { prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }
static void slack(void) { prctl(PR_SET_TIMERSLACK, 123456); }
static void pages(void) { prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0); }
static void fixed_addresses(void) { personality(ADDR_NO_RANDOMIZE); }
static void proc_files(void) {
  put("/proc/self/oom_score_adj", "321");
  put("/proc/self/coredump_filter", "0x11");
}
static void timers(void) {
  struct itimerval real = {{7, 0}, {3000, 0}}, virtual = {{0, 0}, {500, 0}}, profiling = {{0, 0}, {600, 0}};
  setitimer(ITIMER_REAL, &real, NULL);
  setitimer(ITIMER_VIRTUAL, &virtual, NULL);
  setitimer(ITIMER_PROF, &profiling, NULL);
}

static void alarm_soon(void) {
  struct itimerval soon = {{0, 0}, {0, 300000}};
  setitimer(ITIMER_REAL, &soon, NULL);
}

static const struct { const char *name; void (*take_on)(void); } situations[] = {
  {"nothing", nothing}, {"ignored", ignored}, {"pipe-ignored", pipe_ignored},
  {"children-ignored", children_ignored}, {"hidden-signals", hidden_signals}, {"blocked", blocked},
  {"pending", pending}, {"no-input", no_input}, {"no-streams", no_streams}, {"descriptors", descriptors},
  {"limits", limits}, {"mask-and-folder", mask_and_folder}, {"nice", nice_7}, {"one-processor", one_processor},
  {"batch", batch}, {"real-time", real_time}, {"reset-on-fork", reset_on_fork}, {"group", group},
  {"session", session}, {"death-signal", death_signal}, {"reaper", reaper}, {"privileges", privileges},
  {"slack", slack}, {"pages", pages}, {"fixed-addresses", fixed_addresses}, {"proc-files", proc_files},
  {"timers", timers}, {"alarm", alarm_soon},
};

int main(int argc, char **argv) {
  for (size_t index = 0; argc > 2 && index < sizeof situations / sizeof *situations; index++) {
    if (strcmp(situations[index].name, argv[1]) != 0) continue;
    /* What the caller has open by chance is no part of it. */
    syscall(SYS_close_range, 3, ~0u, 0);
    situations[index].take_on();
    char number[16];
    snprintf(number, sizeof number, "%d", getpid());
    setenv("GIVING_PID", number, 1);
    execvp(argv[2], argv + 2);
    perror(argv[2]);
    return 127;
  }
  fprintf(stderr, "giving: no such situation\n");
  return 64;
}
