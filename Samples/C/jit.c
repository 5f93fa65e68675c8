/* Code that no file backs: two functions written at run time, with frame pointers, and told to profilers in one of
 * the two usual ways. x86-64 only.
 *
 * usage: jit [SECONDS [map|dump|reuse|none [fork]]]
 *   map    /tmp/perf-PID.map                      (default)
 *   dump   jit-PID.dump in the current folder, mapped executable as a sign for profilers, CLOCK_MONOTONIC
 *   reuse  as dump; after half of each round the same addresses hold other functions
 *   none   nothing is told
 *   fork   a child, forked when the code is there, does all the work
 * stacks: main;run;jit_outer;jit_inner 100 %
 *         with reuse: half of it below jit_outer, half below jit_second_outer;jit_second_inner */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "sample.h"

#if !defined(__x86_64__)
int main(void) {
  fprintf(stderr, "jit: x86-64 only\n");
  return 69;
}
#else

/* push rbp; mov rbp, rsp; mov rcx, COUNT; loop: imul rax, rax, 3; dec rcx; jnz loop; pop rbp; ret */
static const uint8_t inner_code[] = {0x55, 0x48, 0x89, 0xe5, 0x48, 0xb9, 0, 0, 0, 0, 0, 0, 0, 0,
                                     0x48, 0x6b, 0xc0, 0x03, 0x48, 0xff, 0xc9, 0x75, 0xf7, 0x5d, 0xc3};
/* push rbp; mov rbp, rsp; mov rax, INNER; call rax; pop rbp; ret */
static const uint8_t outer_code[] = {0x55, 0x48, 0x89, 0xe5, 0x48, 0xb8, 0,    0,
                                     0,    0,    0,    0,    0,    0,    0xff, 0xd0, 0x5d, 0xc3};

struct code {
  uint8_t *inner, *outer;
};

static FILE *dump;

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
  if (dump == NULL) {
    perror(path);
    exit(73);
  }
  /* Profilers learn of the file by its mapping. */
  if (mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fileno(dump), 0) == MAP_FAILED) perror("mmap of the dump");
  put32(0x4A695444); /* magic */
  put32(1);          /* version */
  put32(40);         /* header size */
  put32(62);         /* EM_X86_64 */
  put32(0);          /* padding */
  put32((uint32_t)getpid());
  put64(monotonic_nanoseconds());
  put64(0); /* flags */
  fflush(dump);
}

static void dump_load(const uint8_t *code, uint64_t size, const char *name) {
  static uint64_t index;
  put32(0); /* JIT_CODE_LOAD */
  put32((uint32_t)(16 + 40 + strlen(name) + 1 + size));
  put64(monotonic_nanoseconds());
  put32((uint32_t)getpid());
  put32((uint32_t)syscall(SYS_gettid));
  put64((uint64_t)code); /* virtual address */
  put64((uint64_t)code); /* code address */
  put64(size);
  put64(index++);
  fwrite(name, strlen(name) + 1, 1, dump);
  fwrite(code, size, 1, dump);
  fflush(dump);
}

static void emit(struct code code, uint64_t rounds) {
  memcpy(code.inner, inner_code, sizeof inner_code);
  memcpy(code.inner + 6, &rounds, sizeof rounds);
  memcpy(code.outer, outer_code, sizeof outer_code);
  memcpy(code.outer + 6, &code.inner, sizeof code.inner);
}

static void write_map(struct code code) {
  char path[64];
  snprintf(path, sizeof path, "/tmp/perf-%d.map", (int)getpid());
  FILE *map = fopen(path, "w");
  if (map == NULL) {
    perror(path);
    exit(73);
  }
  fprintf(map, "%lx %zx jit_inner\n", (unsigned long)code.inner, sizeof inner_code);
  fprintf(map, "%lx %zx jit_outer\n", (unsigned long)code.outer, sizeof outer_code);
  fclose(map);
}

NOINLINE static void run(struct code code) {
  for (int i = 0; i < 50; i++) ((void (*)(void))code.outer)();
  KEEP_FRAME();
}

int main(int argc, char **argv) {
  sample_begin(argc, argv, 1);
  const char *how = argc > 2 ? argv[2] : "map";
  int reuse = strcmp(how, "reuse") == 0;
  uint8_t *memory = mmap(NULL, 8192, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    perror("mmap");
    return 1;
  }
  struct code code = {memory + 64, memory + 256};
  emit(code, 1000000);
  if (strcmp(how, "map") == 0) write_map(code);
  if (reuse || strcmp(how, "dump") == 0) open_dump();
  if (dump != NULL) {
    dump_load(code.inner, sizeof inner_code, "jit_inner");
    dump_load(code.outer, sizeof outer_code, "jit_outer");
  }
  if (argc > 3 && strcmp(argv[3], "fork") == 0) {
    pid_t child = fork();
    if (child < 0) {
      perror("fork");
      return 1;
    }
    if (child > 0) {
      waitpid(child, NULL, 0);
      return 0;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
  }
  sample_ready();
  while (!sample_over()) {
    if (reuse) {
      dump_load(code.inner, sizeof inner_code, "jit_inner");
      dump_load(code.outer, sizeof outer_code, "jit_outer");
    }
    run(code);
    if (reuse) {
      dump_load(code.inner, sizeof inner_code, "jit_second_inner");
      dump_load(code.outer, sizeof outer_code, "jit_second_outer");
      run(code);
    }
  }
  return 0;
}
#endif
