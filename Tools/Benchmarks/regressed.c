// A program with known shares: parse takes 20 of 100 units of work, ten others the rest. EXTRA per cent more work in parse
// is a regression of known size; SECONDS is for how long, or with ROUNDS a fixed amount of work.
//
//   regressed EXTRA SECONDS [ROUNDS] [SEED]
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static volatile uint64_t sink;

static inline __attribute__((always_inline)) void work(unsigned units) {
  uint64_t x = sink;
  for (unsigned i = 0; i < units; i++) x = x * 6364136223846793005u + 1442695040888963407u;
  sink = x;
}

#define FUNCTION(name) __attribute__((noinline)) void name(unsigned units) { work(units); __asm__ volatile(""); }
FUNCTION(parse) FUNCTION(lex) FUNCTION(resolve) FUNCTION(check) FUNCTION(lower) FUNCTION(inline_calls)
FUNCTION(schedule) FUNCTION(allocate) FUNCTION(emit) FUNCTION(link_symbols) FUNCTION(write_out)

int main(int argc, char **argv) {
  double extra = argc > 1 ? atof(argv[1]) : 0, seconds = argc > 2 ? atof(argv[2]) : 1;
  long rounds = argc > 3 ? atol(argv[3]) : 0;
  uint64_t random = argc > 4 ? strtoull(argv[4], NULL, 10) : (uint64_t)time(NULL);
  void (*others[])(unsigned) = {lex, resolve, check, lower, inline_calls, schedule, allocate, emit, link_symbols, write_out};
  struct timespec start, now;
  clock_gettime(CLOCK_MONOTONIC, &start);
  for (long round = 0; rounds ? round < rounds : 1; round++) {
    // Rounds of different length, so that none is in step with the samples.
    random = random * 6364136223846793005u + 1442695040888963407u;
    unsigned size = 200 + (unsigned)(random >> 56);
    parse((unsigned)(size * 20 * (1 + extra / 100)));
    for (int i = 0; i < 10; i++) others[i](size * 8);
    if (rounds || round % 64) continue;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if ((double)(now.tv_sec - start.tv_sec) + (double)(now.tv_nsec - start.tv_nsec) / 1e9 > seconds) break;
  }
  return sink == 42;
}
