/* PROCESSES (200) that live in turn, each with its share of THREADS (1,000): who ends is followed by another, which has
 * run exec, so that each maps its binaries anew.
 *
 * usage: crowd [SECONDS [PROCESSES [THREADS]]]
 * stacks: start (in libc);thread_main;light_work 25 %; start (in libc);thread_main;heavy_work 75 % */
#include <pthread.h>
#include <sys/prctl.h>
#include <signal.h>
#include <sys/wait.h>

#include "sample.h"

NOINLINE static void light_work(void) { WORK(1); }
NOINLINE static void heavy_work(void) { WORK(3); }

NOINLINE static void *thread_main(void *argument) {
  light_work();
  heavy_work();
  KEEP_FRAME();
  return argument;
}

static int live_once(int threads) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 128 << 10);
  pthread_t made[threads];
  for (int number = 0; number < threads; number++)
    if (pthread_create(&made[number], &attributes, thread_main, NULL) != 0) return 1;
  for (int number = 0; number < threads; number++) pthread_join(made[number], NULL);
  return 0;
}

static pid_t start(char *self, char *threads) {
  pid_t child = fork();
  if (child != 0) return child;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  execl("/proc/self/exe", self, "--member", threads, (char *)NULL);
  _exit(127);
}

int main(int argc, char **argv) {
  if (argc > 2 && strcmp(argv[1], "--member") == 0) return live_once(atoi(argv[2]));
  sample_begin(argc, argv, 1);
  int processes = argc > 2 ? atoi(argv[2]) : 200;
  int all = argc > 3 ? atoi(argv[3]) : 1000;
  if (processes < 1 || all < processes) return 64;
  char threads[16];
  snprintf(threads, sizeof threads, "%d", all / processes);
  for (int number = 0; number < processes; number++)
    if (start(argv[0], threads) < 0) return 1;
  sample_ready();
  while (!sample_over()) {
    int status;
    pid_t ended = wait(&status);
    if (ended < 0 && errno == EINTR) continue;
    if (ended < 0 || status != 0 || start(argv[0], threads) < 0) return 1;
  }
  return 0;
}
