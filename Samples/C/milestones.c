/* Processes that come and go, run another program, and threads, each at a known time.
 *
 * usage: milestones [ROUNDS]
 * Each round makes a process, which works, runs this program again as `exe`, works there and ends; and a thread, which
 * works and ends. For each of these a line tells what happened to whom, and between which moments of CLOCK_MONOTONIC:
 *   process|exec|end|thread|left NUMBER BEFORE AFTER          (nanoseconds)
 * The lines of one round come together, and `READY` before them. A thread has left when nobody can wait for it any more,
 * which may be a little before the kernel tells of its end. */
#define _GNU_SOURCE
#include <pthread.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "sample.h"

typedef unsigned long long nanoseconds;

static nanoseconds now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (nanoseconds)time.tv_sec * 1000000000ull + (nanoseconds)time.tv_nsec;
}

static volatile long thread_number;
static volatile nanoseconds thread_last;

NOINLINE static void child_work(void) { WORK(15); KEEP_FRAME(); }
NOINLINE static void thread_work(void) { WORK(15); KEEP_FRAME(); }
NOINLINE static void after_exec(void) { WORK(15); KEEP_FRAME(); }

static void *thread_main(void *unused) {
  thread_number = syscall(SYS_gettid);
  thread_work();
  thread_last = now();
  return unused;
}

static void tell(const char *what, long number, nanoseconds before, nanoseconds after) {
  printf("%s %ld %llu %llu\n", what, number, before, after);
}

/* What becomes of the child: `BEGAN LAST` of its second program goes to the parent through descriptor 1. */
static int second_program(void) {
  nanoseconds began = now();
  after_exec();
  printf("%llu %llu\n", began, now());
  fflush(stdout);
  _exit(0);
}

static void child(char *self, int to_parent) {
  child_work();
  if (dup2(to_parent, 1) < 0) _exit(126);
  printf("%llu ", now());
  fflush(stdout);
  execl("/proc/self/exe", self, "--second-program", (char *)NULL);
  _exit(127);
}

int main(int argc, char **argv) {
  if (argc > 1 && strcmp(argv[1], "--second-program") == 0) return second_program();
  int rounds = argc > 1 ? atoi(argv[1]) : 5;
  sample_ready();
  for (int round = 0; round < rounds; round++) {
    int ends[2];
    if (pipe(ends) != 0) return 1;
    nanoseconds before = now();
    pid_t pid = fork();
    nanoseconds after = now();
    if (pid < 0) return 1;
    if (pid == 0) child(argv[0], ends[1]);
    close(ends[1]);
    FILE *from_child = fdopen(ends[0], "r");
    nanoseconds exec_before, exec_after, last;
    if (!from_child || fscanf(from_child, "%llu %llu %llu", &exec_before, &exec_after, &last) != 3) return 1;
    fclose(from_child);
    int status;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
    nanoseconds gone = now();
    tell("process", pid, before, after);
    tell("exec", pid, exec_before, exec_after);
    tell("end", pid, last, gone);
    pthread_t thread;
    before = now();
    if (pthread_create(&thread, NULL, thread_main, NULL) != 0) return 1;
    after = now();
    pthread_join(thread, NULL);
    tell("thread", thread_number, before, after);
    tell("left", thread_number, thread_last, now());
    fflush(stdout);
  }
  return 0;
}
