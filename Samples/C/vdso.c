/* Reads the clock all the time: most samples lie in the vDSO.
 *
 * usage: vdso [SECONDS]
 * stacks: main;read_clock;clock_gettime (libc);(vDSO) most; all of them through main;read_clock */
#include "sample.h"

NOINLINE static double read_clock(void) {
  double sum = 0;
  struct timespec now;
  for (int i = 0; i < 1000000; i++) {
    clock_gettime(CLOCK_MONOTONIC, &now);
    sum += (double)now.tv_nsec;
  }
  return sum;
}

int main(int argc, char **argv) {
  sample_begin(argc, argv, 1);
  sample_ready();
  double sum = 0;
  while (!sample_over()) sum += read_clock();
  return sum == 1;
}
