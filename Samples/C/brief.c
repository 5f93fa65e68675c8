/* Many processes or threads, each of which burns a little CPU time and ends; knows what all of them used.
 *
 * usage: brief KIND COUNT MILLISECONDS [AT-A-TIME]
 *   fork     children
 *   vfork    children of vfork that run this program again, as `kid`
 *   exec     children of fork that run this program again, as `kid`
 *   thread   threads
 *   daemon   grandchildren in sessions of their own, whose parents have ended
 *   sibling  children made with CLONE_PARENT by a child, so that they are this program's
 *   kid      burns itself
 * standard output: `used SECONDS`, the CPU time of all of it as the kernel accounts it to them
 * stacks: main;…;brief_work, most of the time (fork, thread, daemon, sibling: process `brief`; vfork, exec: `kid`) */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "sample.h"

static double milliseconds;

static double clock_seconds(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static double used(int who) {
  struct rusage usage;
  getrusage(who, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

NOINLINE static void brief_work(void) {
  volatile unsigned sum = 0;
  /* The clock runs on through exec. */
  double start = clock_seconds(CLOCK_THREAD_CPUTIME_ID);
  while ((clock_seconds(CLOCK_THREAD_CPUTIME_ID) - start) * 1e3 < milliseconds)
    for (unsigned i = 0; i < 20000; i++) sum += i;
}

static void *threaded(void *argument) {
  brief_work();
  KEEP_FRAME();
  return argument;
}

static void become_kid(char **argv) {
  execl("/proc/self/exe", "kid", "kid", "1", argv[3], (char *)NULL);
  _exit(127);
}

/* A grandchild's own account, added up by the first process: nobody waits for it. */
static int account[2];

static void detach(void) {
  if (fork() != 0) _exit(0);
  setsid();
  close(account[0]);
  brief_work();
  double spent = clock_seconds(CLOCK_PROCESS_CPUTIME_ID);
  if (write(account[1], &spent, sizeof spent) < 0) _exit(1);
  _exit(0);
}

static void make_sibling(void) {
  long child = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
  if (child == 0) brief_work();
  _exit(child < 0);
}

int main(int argc, char **argv) {
  if (argc < 4) return 64;
  const char *kind = argv[1];
  int count = atoi(argv[2]);
  milliseconds = strtod(argv[3], NULL);
  int most = argc > 4 ? atoi(argv[4]) : 1;
  if (strcmp(kind, "kid") == 0) {
    prctl(PR_SET_NAME, "kid");
    brief_work();
    return 0;
  }
  if (strcmp(kind, "daemon") == 0 && pipe(account) != 0) return 1;
  int live = 0;
  for (int i = 0; i < count; i++) {
    if (strcmp(kind, "thread") == 0) {
      pthread_t thread;
      if (pthread_create(&thread, NULL, threaded, NULL) != 0) return 1;
      pthread_join(thread, NULL);
      continue;
    }
    pid_t child = strcmp(kind, "vfork") == 0 ? vfork() : fork();
    if (child < 0) return 1;
    if (child == 0) {
      if (strcmp(kind, "vfork") == 0 || strcmp(kind, "exec") == 0) become_kid(argv);
      if (strcmp(kind, "daemon") == 0) detach();
      if (strcmp(kind, "sibling") == 0) make_sibling();
      brief_work();
      _exit(0);
    }
    if (++live >= most) {
      wait(NULL);
      live--;
    }
  }
  while (wait(NULL) > 0) continue;
  double others = 0;
  if (strcmp(kind, "daemon") == 0) {
    close(account[1]);
    double spent;
    while (read(account[0], &spent, sizeof spent) == sizeof spent) others += spent;
  }
  printf("used %.6f\n", used(RUSAGE_SELF) + used(RUSAGE_CHILDREN) + others);
  return 0;
}
