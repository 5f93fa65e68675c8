/* Code written at run time that has no frame pointer and uses its register for something else, and whose unwinding is
 * told by a jitdump's unwinding records (JIT_CODE_UNWINDING_INFO). x86-64 only.
 *
 * usage: jitunwind [SECONDS]
 * stacks: main;run;jit_a;leaf_a 50 %; main;run;jit_b;leaf_b 50 %
 *         jit_a and jit_b lie one after the other at the same address, with frames of different sizes */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <sys/syscall.h>

#include "sample.h"

#if !defined(__x86_64__)
int main(void) {
  fprintf(stderr, "jitunwind: x86-64 only\n");
  return 69;
}
#else

NOINLINE static void leaf_a(void) { WORK(1); }
NOINLINE static void leaf_b(void) { WORK(1); }

/* push rbx; push rbp; push r12; mov r12, rdi; mov rbx, rsi; mov ebp, 1;
 * loop: call r12; dec rbx; jnz loop; pop r12; pop rbp; pop rbx; ret */
static const uint8_t code_a[] = {0x53, 0x55, 0x41, 0x54, 0x49, 0x89, 0xfc, 0x48, 0x89, 0xf3, 0xbd, 1, 0, 0, 0,
                                 0x41, 0xff, 0xd4, 0x48, 0xff, 0xcb, 0x75, 0xf8, 0x41, 0x5c, 0x5d, 0x5b, 0xc3};
/* The same with 64 bytes more: sub rsp, 64 behind the pushes, add rsp, 64 before the pops. */
static const uint8_t code_b[] = {0x53, 0x55, 0x41, 0x54, 0x48, 0x83, 0xec, 0x40, 0x49, 0x89, 0xfc, 0x48,
                                 0x89, 0xf3, 0xbd, 1,    0,    0,    0,    0x41, 0xff, 0xd4, 0x48, 0xff,
                                 0xcb, 0x75, 0xf8, 0x48, 0x83, 0xc4, 0x40, 0x41, 0x5c, 0x5d, 0x5b, 0xc3};

/* DW_CFA_advance_loc 1, def_cfa_offset 16, rbx at 16 below; then rbp, r12; the pops the other way round. */
static const uint8_t frames_a[] = {0x41, 0x0e, 0x10, 0x83, 0x02, 0x41, 0x0e, 0x18, 0x86, 0x03, 0x42, 0x0e, 0x20, 0x8c,
                                   0x04, 0x55, 0x0e, 0x18, 0x41, 0x0e, 0x10, 0x41, 0x0e, 0x08, 0,    0,    0};
static const uint8_t frames_b[] = {0x41, 0x0e, 0x10, 0x83, 0x02, 0x41, 0x0e, 0x18, 0x86, 0x03, 0x42, 0x0e, 0x20,
                                   0x8c, 0x04, 0x44, 0x0e, 0x60, 0x57, 0x0e, 0x20, 0x42, 0x0e, 0x18, 0x41, 0x0e,
                                   0x10, 0x41, 0x0e, 0x08, 0,    0,    0,    0,    0};

static const uint8_t common[] = {0x14, 0, 0, 0, 0, 0,    0,    0, 1,    'z', 'R', 0,
                                 1,    0x78, 0x10, 1, 0x1b, 0x0c, 7, 8, 0x90, 1,   0,   0};

static FILE *dump;
static uint8_t *place;

static uint64_t monotonic_nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void put32(uint32_t value) { fwrite(&value, sizeof value, 1, dump); }
static void put64(uint64_t value) { fwrite(&value, sizeof value, 1, dump); }

static void open_dump(void) {
  char path[64];
  snprintf(path, sizeof path, "jit-%d.dump", (int)getpid());
  dump = fopen(path, "w+");
  if (dump == NULL || mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fileno(dump), 0) == MAP_FAILED) {
    perror(path);
    exit(73);
  }
  put32(0x4A695444);
  put32(1);
  put32(40);
  put32(62);
  put32(0);
  put32((uint32_t)getpid());
  put64(monotonic_nanoseconds());
  put64(0);
}

/* The header, `.eh_frame_hdr`, is left to readers that need it. */
static void put_unwinding(const uint8_t *frames, uint32_t frames_size, uint32_t code_size) {
  uint32_t description = 13 + frames_size;
  uint32_t size = sizeof common + 4 + description;
  put32(4);
  put32(16 + 24 + size);
  put64(monotonic_nanoseconds());
  put64(size);
  put64(0);
  put64(0);
  fwrite(common, sizeof common, 1, dump);
  put32(description);
  put32(sizeof common + 4);
  put32(0u - (((code_size + 7) & ~7u) + sizeof common + 8));
  put32(code_size);
  fputc(0, dump);
  fwrite(frames, frames_size, 1, dump);
}

static void put_code(const char *name, const uint8_t *code, uint32_t code_size) {
  static uint64_t index;
  uint32_t name_size = (uint32_t)strlen(name) + 1;
  put32(0);
  put32(16 + 40 + name_size + code_size);
  put64(monotonic_nanoseconds());
  put32((uint32_t)getpid());
  put32((uint32_t)syscall(SYS_gettid));
  put64((uint64_t)(uintptr_t)place);
  put64((uint64_t)(uintptr_t)place);
  put64(code_size);
  put64(index++);
  fwrite(name, name_size, 1, dump);
  fwrite(code, code_size, 1, dump);
  fflush(dump);
}

typedef void outer(void (*)(void), uint64_t);

NOINLINE static void run(void (*leaf)(void)) {
  outer *function;
  memcpy(&function, &place, sizeof function);
  function(leaf, 50);
  KEEP_FRAME();
}

static void write_and_run(const char *name, const uint8_t *code, uint32_t code_size, const uint8_t *frames,
                          uint32_t frames_size, void (*leaf)(void)) {
  memcpy(place, code, code_size);
  put_unwinding(frames, frames_size, code_size);
  put_code(name, code, code_size);
  run(leaf);
}

int main(int argc, char **argv) {
  sample_begin(argc, argv, 1);
  place = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (place == MAP_FAILED) return 71;
  open_dump();
  sample_ready();
  while (!sample_over()) {
    write_and_run("jit_a", code_a, sizeof code_a, frames_a, sizeof frames_a, leaf_a);
    write_and_run("jit_b", code_b, sizeof code_b, frames_b, sizeof frames_b, leaf_b);
  }
  return 0;
}
#endif
