/* Writes down all that a program can find out of what it was given, but what must differ from one start to the next.
 *
 * usage: given FILE [ARGUMENT]…
 * FILE is opened last, so that it is no part of the report. Ends with status 42.
 *
 * Left out are numbers of processes (the one that `giving` had is written "first"), memory and its addresses, counts of
 * time and of switches, and who traces: a program that is started by a profiler is that one's child, and under ptrace
 * has a tracer. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/auxv.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>

#include "sample.h"

extern char **environ;

/* In memory until the end: a stream would be a descriptor. */
static char report[4 << 20];
static size_t used;

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(report + used, sizeof report - used, format, arguments);
  va_end(arguments);
  if (length > 0 && used + (size_t)length < sizeof report) used += (size_t)length;
}

static const char *process(long number) {
  static char text[32];
  const char *first = getenv("GIVING_PID");
  if (first != NULL && atol(first) == number) return "first";
  snprintf(text, sizeof text, "%ld", number);
  return text;
}

static void command_line(char **argv) {
  for (; *argv; argv++) say("argument %s\n", *argv);
  for (char **entry = environ; *entry; entry++) {
    if (strncmp(*entry, "GIVING_PID=", 11) != 0) say("environment %s\n", *entry);
  }
  say("secure %lu, run as %s\n", getauxval(AT_SECURE), (const char *)getauxval(AT_EXECFN));
}

static void descriptors(void) {
  for (int number = 0; number < 1024; number++) {
    int flags = fcntl(number, F_GETFD);
    if (flags < 0) continue;
    char path[64], place[4096];
    snprintf(path, sizeof path, "/proc/self/fd/%d", number);
    ssize_t length = readlink(path, place, sizeof place - 1);
    place[length < 0 ? 0 : length] = 0;
    /* A pipe's number is its own. */
    if (strncmp(place, "pipe:", 5) == 0) strcpy(place, "pipe");
    if (strncmp(place, "socket:", 7) == 0) strcpy(place, "socket");
    say("descriptor %d %s flags %x %x at %ld\n", number, place, flags, fcntl(number, F_GETFL),
      number > 2 ? (long)lseek(number, 0, SEEK_CUR) : 0);
  }
}

static void signals(void) {
  struct { uintptr_t handler; unsigned long flags; void *restorer; uint64_t mask; } action;
  for (int number = 1; number <= 64; number++) {
    if (syscall(SYS_rt_sigaction, number, NULL, &action, 8) != 0) continue;
    if (action.handler != 0 || action.flags != 0 || action.mask != 0) {
      say("signal %d handler %lx flags %lx mask %lx\n", number, action.handler, action.flags, action.mask);
    }
  }
  uint64_t blocked = 0, pending = 0;
  syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &blocked, 8);
  syscall(SYS_rt_sigpending, &pending, 8);
  stack_t other;
  sigaltstack(NULL, &other);
  say("blocked %lx pending %lx other stack %d %zu\n", blocked, pending, other.ss_flags, other.ss_size);
}

static void places(void) {
  char folder[4096];
  mode_t mask = umask(0);
  say("umask %o folder %s\n", mask, getcwd(folder, sizeof folder));
  say("group %s\n", process(getpgid(0)));
  say("session %s\n", process(getsid(0)));
  int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC);
  say("terminal %s foreground %s\n", terminal < 0 ? "none" : "there", process(terminal < 0 ? -1 : tcgetpgrp(terminal)));
  close(terminal);
}

static void limits(void) {
  for (int which = 0; which < 16; which++) {
    struct rlimit limit;
    if (getrlimit(which, &limit) == 0) say("limit %d %lx %lx\n", which, limit.rlim_cur, limit.rlim_max);
  }
  for (int which = 0; which < 3; which++) {
    struct itimerval timer;
    getitimer(which, &timer);
    /* To half a minute: some of it has passed. */
    say("timer %d %ld every %ld\n", which, (timer.it_value.tv_sec + 15) / 30, timer.it_interval.tv_sec);
  }
}

static void scheduling(void) {
  struct { uint32_t size, policy; uint64_t flags; int32_t nice; uint32_t priority; uint64_t times[3]; } attributes = {0};
  syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0);
  say("policy %u flags %lx nice %d priority %u\n", attributes.policy, attributes.flags, attributes.nice,
    attributes.priority);
  cpu_set_t set;
  sched_getaffinity(0, sizeof set, &set);
  for (int number = 0; number < CPU_SETSIZE; number++) {
    if (CPU_ISSET(number, &set)) say("processor %d\n", number);
  }
  say("input and output %ld\n", syscall(SYS_ioprio_get, 1, 0));
  int policy = -1;
  unsigned long nodes[16] = {0};
  syscall(SYS_get_mempolicy, &policy, nodes, sizeof nodes * 8, NULL, 0);
  say("memory policy %d %lx\n", policy, nodes[0]);
}

static void controls(void) {
  int death = -1, reaper = -1;
  prctl(PR_GET_PDEATHSIG, &death);
  prctl(PR_GET_CHILD_SUBREAPER, &reaper);
  say("death signal %d reaper %d dumpable %d\n", death, reaper, prctl(PR_GET_DUMPABLE));
  say("no new privileges %d keep capabilities %d securebits %x\n", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0),
    prctl(PR_GET_KEEPCAPS), prctl(PR_GET_SECUREBITS));
  say("slack %d huge pages off %d personality %x\n", prctl(PR_GET_TIMERSLACK), prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0),
    personality(0xffffffff));
  for (int which = 0; which < 64; which++) {
    int bounding = prctl(PR_CAPBSET_READ, which);
    if (bounding >= 0) say("capability %d %d %d\n", which, bounding, prctl(PR_CAP_AMBIENT, 1, which, 0, 0));
  }
  /* Branch speculation, and memory that may not become code. */
  for (int which = 0; which < 3; which++) say("speculation %d %d\n", which, prctl(52, which, 0, 0, 0));
  say("memory deny write execute %d\n", prctl(66, 0, 0, 0, 0));
}

static int is_left_out(const char *line, const char *const names[]) {
  for (; *names; names++) {
    if (strncmp(line, *names, strlen(*names)) == 0) return 1;
  }
  return 0;
}

static void file(const char *name, const char *const left_out[]) {
  char path[64], line[4096];
  snprintf(path, sizeof path, "/proc/self/%s", name);
  FILE *stream = fopen(path, "re");
  if (stream == NULL) {
    say("%s: %s\n", name, strerror(errno));
    return;
  }
  while (fgets(line, sizeof line, stream)) {
    if (!is_left_out(line, left_out)) say("%s: %s%s", name, line, strchr(line, '\n') ? "" : "\n");
  }
  fclose(stream);
}

static void links(const char *const names[]) {
  for (; *names; names++) {
    char path[64], place[4096];
    snprintf(path, sizeof path, "/proc/self/%s", *names);
    ssize_t length = readlink(path, place, sizeof place - 1);
    place[length < 0 ? 0 : length] = 0;
    say("%s -> %s\n", *names, place);
  }
}

/* Terminal, exit signal, real-time priority and policy (proc_pid_stat(5), fields 7, 38, 40, 41). */
static void stat_fields(void) {
  char line[4096];
  FILE *stream = fopen("/proc/self/stat", "re");
  if (stream == NULL || fgets(line, sizeof line, stream) == NULL) return;
  fclose(stream);
  int number = 3;
  for (char *field = strtok(strrchr(line, ')') + 1, " "); field; field = strtok(NULL, " "), number++) {
    if (number == 7 || number == 38 || number == 40 || number == 41) say("stat %d %s\n", number, field);
  }
}

static void proc(void) {
  static const char *const none[] = {NULL};
  /* Numbers of processes, memory, counts, and FDSize: the kernel's table, which a fork makes as large as is needed. */
  static const char *const varying[] = {
    "Tgid:", "Ngid:", "Pid:", "PPid:", "TracerPid:", "FDSize:", "NStgid:", "NSpid:", "NSpgid:", "NSsid:", "Vm", "Rss",
    "HugetlbPages:", "SigQ:", "voluntary_ctxt_switches:", "nonvoluntary_ctxt_switches:", NULL,
  };
  static const char *const plain[] = {
    "limits", "cmdline", "comm", "cgroup", "cpuset", "mountinfo", "oom_score_adj", "oom_adj", "coredump_filter",
    "loginuid", "sessionid", "timerslack_ns", "personality", "timens_offsets", "uid_map", "gid_map", "setgroups",
    "attr/current", NULL,
  };
  static const char *const linked[] = {
    "exe", "cwd", "root", "ns/cgroup", "ns/ipc", "ns/mnt", "ns/net", "ns/pid", "ns/pid_for_children", "ns/time",
    "ns/time_for_children", "ns/user", "ns/uts", NULL,
  };
  file("status", varying);
  for (int index = 0; plain[index]; index++) file(plain[index], none);
  links(linked);
  stat_fields();
}

int main(int argc, char **argv) {
  if (argc < 2) return 64;
  command_line(argv);
  descriptors();
  signals();
  places();
  limits();
  scheduling();
  controls();
  proc();
  int out = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  size_t written = 0;
  while (out >= 0 && written < used) {
    ssize_t more = write(out, report + written, used - written);
    if (more <= 0) return 1;
    written += (size_t)more;
  }
  return out < 0 ? 1 : 42;
}
