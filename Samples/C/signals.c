/* A signal handler that burns as much CPU as what it interrupts.
 *
 * usage: signals [SECONDS]
 * stacks: main;interrupted_work 50 %
 *         main;interrupted_work;…raise…;(signal frame);on_signal;handler_work 50 % */
#include <signal.h>

#include "sample.h"

NOINLINE static void handler_work(void) { WORK(20); }

NOINLINE static void on_signal(int number) {
  (void)number;
  handler_work();
  KEEP_FRAME();
}

NOINLINE static void interrupted_work(void) {
  WORK(10);
  raise(SIGUSR1);
  WORK(10);
}

int main(int argc, char **argv) {
  sample_begin(argc, argv, 1);
  struct sigaction action = {.sa_handler = on_signal};
  sigaction(SIGUSR1, &action, NULL);
  sample_ready();
  while (!sample_over()) interrupted_work();
  return 0;
}
