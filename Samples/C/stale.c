/* Frame pointers and no unwind information, as JIT compilers make code: parse() calls a few levels down and returns, and
 * hash() then has a local buffer, most of which it does not write: return addresses of parse()'s callees lie in it.
 *
 * usage: stale [SECONDS]
 * stacks: main;work;hash 100 %; nothing else calls hash() */
#include "sample.h"

#define SIZES(DO) DO(6) DO(8) DO(10) DO(12)

NOINLINE static int token(int n) {
  volatile int values[2] = {n, 1};
  return values[0] + values[1];
}

NOINLINE static int term(int n) { return token(n) * 3 + 1; }
NOINLINE static int expression(int n) { return term(n + 1) * 5 + 1; }
NOINLINE static int parse(int n) { return expression(n + 1) * 7 + 1; }

#define DEFINE(SIZE)                                                       \
  NOINLINE static unsigned hash##SIZE(unsigned n) {                        \
    volatile unsigned buffer[SIZE];                                        \
    __asm__ volatile("" ::"r"(buffer)); /* all of it is there */           \
    buffer[SIZE - 1] = 1;                                                  \
    for (unsigned j = 0; j < n; j++) buffer[SIZE - 1] = buffer[SIZE - 1] * 1664525u + 7; \
    return buffer[SIZE - 1];                                               \
  }
SIZES(DEFINE)

NOINLINE static unsigned work(unsigned n) {
  unsigned sum = (unsigned)parse((int)n);
#define CALL(SIZE) sum += hash##SIZE(n);
  SIZES(CALL)
  return sum + 1;
}

int main(int argc, char **argv) {
  sample_begin(argc, argv, 1);
  sample_ready();
  volatile unsigned sum = 0;
  do sum += work(1000000);
  while (sample_now() < sample_deadline);
  return 0;
}
