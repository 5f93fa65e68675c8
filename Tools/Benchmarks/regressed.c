// A program with known shares: parse takes 20 of 100 units of work, ten others the rest. EXTRA per cent more work in parse
// is a regression of known size; SECONDS is for how much CPU time, or with ROUNDS a fixed
// amount of work.
//
//   regressed EXTRA SECONDS [ROUNDS] [SEED]
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static volatile uint64_t sink;

// Each with a constant of its own, since compilers make equal functions one.
#define FUNCTION(name, constant)                                                      \
  __attribute__((noinline)) void name(unsigned units) {                               \
    uint64_t x = sink;                                                                \
    for (unsigned i = 0; i < units; i++) x = x * 6364136223846793005u + constant;     \
    sink = x;                                                                         \
  }
FUNCTION(parse, 1) FUNCTION(lex, 3) FUNCTION(resolve, 5) FUNCTION(check, 7) FUNCTION(lower, 9) FUNCTION(inline_calls, 11)
FUNCTION(schedule, 13) FUNCTION(allocate, 15) FUNCTION(emit, 17) FUNCTION(link_symbols, 19) FUNCTION(write_out, 21)

int main(int argc, char **argv) {
  double extra = argc > 1 ? atof(argv[1]) : 0, seconds = argc > 2 ? atof(argv[2]) : 1;
  long rounds = argc > 3 ? atol(argv[3]) : 0;
  uint64_t random = argc > 4 ? strtoull(argv[4], NULL, 10) : (uint64_t)time(NULL);
  void (*others[])(unsigned) = {lex, resolve, check, lower, inline_calls, schedule, allocate, emit, link_symbols, write_out};
  struct timespec now;
  for (long round = 0; rounds ? round < rounds : 1; round++) {
    // Rounds of different length, so that none is in step with the samples.
    random = random * 6364136223846793005u + 1442695040888963407u;
    unsigned size = 200 + (unsigned)(random >> 56);
    parse((unsigned)(size * 20 * (1 + extra / 100)));
    for (int i = 0; i < 10; i++) others[i](size * 8);
    if (rounds || round % 64) continue;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    if ((double)now.tv_sec + (double)now.tv_nsec / 1e9 > seconds) break;
  }
  return sink == 42;
}
