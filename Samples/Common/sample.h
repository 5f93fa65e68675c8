/* What every C and C++ sample shares: work whose cost is known, an end, and a sign of readiness.
 *
 * Shares are measured in units of work, not in time: WORK(n) is a chain of dependent multiplications of fixed
 * length, so a function that does 3 of 10 units takes 30 % of the CPU time whatever the machine's clock does. */
#ifndef SAMPLE_H
#define SAMPLE_H

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline))

/* Keeps a call from becoming a jump, which would take its caller off the stack. */
#define KEEP_FRAME() __asm__ volatile("" ::: "memory")

/* About 1 ms of arithmetic for each unit (at 3 to 4 GHz), without a call. A macro and not an inline function, so that
 * the time is the caller's own in every build, also where inlined frames are shown. */
#define WORK(units)                                                        \
  do {                                                                     \
    uint64_t sample_state = 88172645463325252ull;                          \
    for (uint64_t sample_left = (uint64_t)(units) * 800000; sample_left > 0; sample_left--) { \
      sample_state = sample_state * 6364136223846793005ull + 1442695040888963407ull; \
      __asm__ volatile("" : "+r"(sample_state));                           \
    }                                                                      \
  } while (0)

static double sample_deadline;

static inline double sample_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Reads the duration in seconds from argument `index`; without it, 10. Zero means until killed. */
static inline void sample_begin(int argc, char **argv, int index) {
  double seconds = 10;
  if (argc > index) {
    char *end;
    seconds = strtod(argv[index], &end);
    if (*end != 0 || seconds < 0) {
      fprintf(stderr, "%s: no duration in seconds: %s\n", argv[0], argv[index]);
      exit(64);
    }
  }
  sample_deadline = seconds == 0 ? 0 : sample_now() + seconds;
}

/* Tells who waits on standard output that the described stacks are there from now on. */
static inline void sample_ready(void) {
  ssize_t written;
  do {
    written = write(1, "READY\n", 6);
  } while (written < 0 && errno == EINTR);
}

static inline int sample_over(void) { return sample_deadline != 0 && sample_now() >= sample_deadline; }

#endif
