/* Faults pages in and gives the CPU up, from known functions and so many times each; knows how often it did.
 *
 * usage: events ROUNDS [PAUSE-MICROSECONDS]
 *   each round: fault_three faults 3 pages in, fault_one 1, and give_up sleeps once
 * standard output: `faults N switches N`, minor faults and context switches of main as the kernel counts them
 * stacks: main;fault_three and main;fault_one (page-faults, exactly 3:1), main;give_up;… (context-switches) */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <sys/resource.h>

#include "sample.h"

enum { pages_a_round = 4 };
static long page;

NOINLINE static void touch(volatile char *memory, long count) {
  for (long i = 0; i < count; i++) memory[i * page] = 1;
}

NOINLINE static void fault_three(volatile char *memory) {
  touch(memory, 3);
  KEEP_FRAME();
}

NOINLINE static void fault_one(volatile char *memory) {
  touch(memory, 1);
  KEEP_FRAME();
}

NOINLINE static void give_up(long nanoseconds) {
  struct timespec pause = {0, nanoseconds};
  nanosleep(&pause, NULL);
  KEEP_FRAME();
}

static void usage(long *faults, long *switches) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  *faults = usage.ru_minflt + usage.ru_majflt;
  *switches = usage.ru_nvcsw + usage.ru_nivcsw;
}

int main(int argc, char **argv) {
  if (argc < 2) return 64;
  long rounds = atol(argv[1]);
  long pause = argc > 2 ? atol(argv[2]) * 1000 : 100000;
  page = sysconf(_SC_PAGESIZE);
  size_t size = (size_t)(rounds * pages_a_round * page);
  char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return 1;
  /* A huge page would be one fault for all of its pages. */
  madvise(memory, size, MADV_NOHUGEPAGE);
  long faults[2], switches[2];
  usage(&faults[0], &switches[0]);
  for (long round = 0; round < rounds; round++) {
    fault_three(memory + round * pages_a_round * page);
    fault_one(memory + (round * pages_a_round + 3) * page);
    give_up(pause);
  }
  usage(&faults[1], &switches[1]);
  printf("faults %ld switches %ld\n", faults[1] - faults[0], switches[1] - switches[0]);
  return 0;
}
