/* Moves its own text to anonymous memory at the same addresses, as iodlr, BOLT's hugify, HHVM, ClickHouse and
 * node --use-largepages=on do to get huge pages; then works. x86-64 only.
 *
 * usage: hugify SECONDS HOW [started]
 *   HOW       mmap (memory is mapped over the text, and the copy written back), mremap (a copy is moved over the text),
 *             shared (as mmap, with shared memory)
 *   started   works for a second before it moves (default: after READY nothing moves any more)
 * stacks: main;outer;middle;leaf 100 % */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <sys/syscall.h>

#include "sample.h"

#if !defined(__x86_64__)
int main(void) {
  fprintf(stderr, "hugify: x86-64 only\n");
  return 69;
}
#else

NOINLINE static void leaf(void) { WORK(5); }
NOINLINE static void middle(void) { leaf(); KEEP_FRAME(); }
NOINLINE static void outer(void) { middle(); KEEP_FRAME(); }

static char *copy, *text;
static size_t size;
static int moves, flags;

static inline __attribute__((always_inline)) long system_call(long number, long a, long b, long c, long d, long e, long f) {
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}

/* In a page of its own, which stays where it is. */
__attribute__((section(".mover"), noinline, aligned(4096))) static void move(void) {
  if (moves) {
    system_call(SYS_mprotect, (long)copy, (long)size, PROT_READ | PROT_EXEC, 0, 0, 0);
    system_call(SYS_mremap, (long)copy, (long)size, (long)size, MREMAP_MAYMOVE | MREMAP_FIXED, (long)text, 0);
    return;
  }
  system_call(SYS_mmap, (long)text, (long)size, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  for (size_t i = 0; i < size; i++) ((volatile char *)text)[i] = copy[i];
  system_call(SYS_mprotect, (long)text, (long)size, PROT_READ | PROT_EXEC, 0, 0, 0);
}

/* The pages of the text, without the mover's. */
static int find_text(void) {
  FILE *maps = fopen("/proc/self/maps", "r");
  char line[4096];
  while (maps != NULL && fgets(line, sizeof line, maps)) {
    unsigned long start, end;
    char rights[8];
    if (sscanf(line, "%lx-%lx %7s", &start, &end, rights) != 3 || rights[2] != 'x') continue;
    if ((unsigned long)leaf < start || (unsigned long)leaf >= end) continue;
    unsigned long mover = (unsigned long)move & ~4095ul;
    text = (char *)(mover > (unsigned long)leaf ? start : mover + 4096);
    size = (mover > (unsigned long)leaf ? mover : end) - (unsigned long)text;
    fclose(maps);
    return 1;
  }
  return 0;
}

int main(int argc, char **argv) {
  sample_begin(argc, argv, 1);
  const char *how = argc > 2 ? argv[2] : "mmap";
  moves = strcmp(how, "mremap") == 0;
  flags = strcmp(how, "shared") == 0 ? MAP_SHARED : MAP_PRIVATE;
  if (!find_text()) return 1;
  copy = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (copy == MAP_FAILED) return 1;
  memcpy(copy, text, size);
  double moved_at = sample_now() + (argc > 3 ? 1 : 0);
  while (sample_now() < moved_at) outer();
  move();
  sample_ready();
  while (!sample_over()) outer();
  return 0;
}
#endif
