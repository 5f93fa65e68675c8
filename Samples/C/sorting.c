/* A chain of three calls beside a sort by libc, which calls back: small leaves, a frame with an array, a callback.
 *
 * usage: sorting [SECONDS]
 * stacks: main;outer;middle;leaf
 *         main;sorts;(qsort of libc);compare
 *         no leaf without middle, outer and main; no compare without sorts and main */
#include "sample.h"

NOINLINE static unsigned leaf(unsigned count) {
  volatile unsigned sum = 1;
  for (unsigned i = 0; i < count; i++) sum = sum * 1664525u + 7;
  return sum;
}

NOINLINE static unsigned middle(unsigned count) {
  char bytes[200];
  memset(bytes, (int)count, sizeof bytes);
  unsigned sum = leaf(count) + (unsigned char)bytes[7];
  KEEP_FRAME();
  return sum;
}

NOINLINE static unsigned outer(unsigned count) {
  unsigned sum = middle(count) * 3;
  KEEP_FRAME();
  return sum;
}

static int compare(const void *left, const void *right) {
  int a = *(const int *)left, b = *(const int *)right;
  return (a > b) - (a < b);
}

NOINLINE static void sorts(void) {
  static int values[20000];
  for (int i = 0; i < 20000; i++) values[i] = rand();
  qsort(values, 20000, sizeof *values, compare);
  KEEP_FRAME();
}

int main(int argc, char **argv) {
  sample_begin(argc, argv, 1);
  sample_ready();
  unsigned sum = 0;
  while (!sample_over()) {
    sum += outer(2000000);
    sorts();
    sorts();
  }
  return sum == 1;
}
