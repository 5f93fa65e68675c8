/* Counts on standard output how often it has worked, so that a test sees whether it still runs undisturbed.
 *
 * usage: progress [SECONDS]
 * stacks: main;count_work; standard output: READY, then 1, 2, 3… on a line each */
#include "sample.h"

NOINLINE static void count_work(void) { WORK(20); }

int main(int argc, char **argv) {
  sample_begin(argc, argv, 1);
  sample_ready();
  for (unsigned long count = 1; !sample_over(); count++) {
    count_work();
    printf("%lu\n", count);
    fflush(stdout);
  }
  return 0;
}
