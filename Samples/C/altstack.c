/* A handler on an alternate signal stack, called from a timer at any instruction of the work.
 *
 * usage: altstack [SECONDS]
 * stacks: main;interrupted_work, and
 *         main;interrupted_work;(signal frame);on_timer;handler_work between 10 and 90 % */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/time.h>

#include "sample.h"

NOINLINE static void handler_work(void) { WORK(4); }

NOINLINE static void on_timer(int number) {
  (void)number;
  handler_work();
  KEEP_FRAME();
}

NOINLINE static void interrupted_work(void) { WORK(20); }

int main(int argc, char **argv) {
  sample_begin(argc, argv, 1);
  static char memory[64 << 10];
  stack_t stack = {.ss_sp = memory, .ss_size = sizeof memory};
  sigaltstack(&stack, NULL);
  struct sigaction action = {.sa_handler = on_timer, .sa_flags = SA_ONSTACK | SA_RESTART};
  sigaction(SIGALRM, &action, NULL);
  struct itimerval interval = {{0, 10000}, {0, 10000}};
  setitimer(ITIMER_REAL, &interval, NULL);
  sample_ready();
  while (!sample_over()) interrupted_work();
  return 0;
}
