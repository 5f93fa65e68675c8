/* A chain of calls with arguments, locals and a variable-length array: each frame looks different. Built several ways:
 *
 *   frames-fp         -fno-omit-frame-pointer
 *   frames-nofp       -fomit-frame-pointer
 *   frames-nofp-O0    -fomit-frame-pointer -O0
 *   frames-fp-nocfi   frame pointers, no unwind information for this program's functions
 *   frames-nofp-nocfi neither: there is nothing to go by but the code (x86-64), else stacks are truncated
 *   frames-stripped   -fomit-frame-pointer, without symbols
 *
 * usage: frames [SECONDS]
 * stacks: main;outer;middle;inner;leaf 60 %
 *         main;outer;middle;variable_frame;leaf 40 % */
#include "sample.h"

NOINLINE static uint64_t leaf(uint64_t units) {
  WORK(units);
  return units;
}

NOINLINE static uint64_t inner(uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f, uint64_t g,
                               uint64_t h) {
  uint64_t sum = leaf(12);
  KEEP_FRAME();
  return sum + a + b + c + d + e + f + g + h;
}

/* The size of this frame is known at run time only, so its CFA hangs on a register other than the stack pointer. */
NOINLINE static uint64_t variable_frame(uint64_t count) {
  volatile char bytes[count];
  bytes[0] = 1;
  bytes[count - 1] = 1;
  uint64_t sum = leaf(8);
  KEEP_FRAME();
  return sum + (uint64_t)bytes[0];
}

NOINLINE static uint64_t middle(uint64_t x) {
  uint64_t sum = inner(x, x + 1, x + 2, x + 3, x + 4, x + 5, x + 6, x + 7);
  sum += variable_frame(100 + x % 1000);
  KEEP_FRAME();
  return sum;
}

NOINLINE static uint64_t outer(uint64_t x) {
  uint64_t sum = middle(x * 3);
  KEEP_FRAME();
  return sum + x;
}

int main(int argc, char **argv) {
  sample_begin(argc, argv, 1);
  sample_ready();
  uint64_t sum = 0;
  while (!sample_over()) sum += outer(sum);
  return sum == 1;
}
