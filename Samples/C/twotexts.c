/* Two code segments that share a page of the file, linked by twotexts.ld: the end of the one and the start of the other
 * lie in one page, which is mapped twice.
 *
 * usage: twotexts [SECONDS]
 * stacks: main;hot_outer;hot_inner 50 %; main;cold_outer;cold_inner 50 % */
#include "sample.h"

#define HOT NOINLINE __attribute__((section(".text_hot"), used))
#define COLD NOINLINE __attribute__((section(".text_cold"), used))

HOT static void hot_inner(void) { WORK(5); }
HOT static void hot_outer(void) { hot_inner(); KEEP_FRAME(); }
COLD static void cold_inner(void) { WORK(5); }
COLD static void cold_outer(void) { cold_inner(); KEEP_FRAME(); }

int main(int argc, char **argv) {
  sample_begin(argc, argv, 1);
  sample_ready();
  while (!sample_over()) {
    hot_outer();
    cold_outer();
  }
  return 0;
}
