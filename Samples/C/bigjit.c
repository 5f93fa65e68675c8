/* A large region, reserved and hardly used, that begins with generated code, as PHP's opcache with JIT has it, the JVM
 * with -XX:+UseSHM, or a code heap that is mapped twice. Reading what was never touched would make it grow. x86-64 only.
 *
 * usage: bigjit SECONDS KIND [MEGABYTES [map]]
 *   KIND   anonymous, private, sysv, memfd, sparse (a file with a hole), huge (MAP_HUGETLB; status 69 where there is none)
 *   map    tells of the code in /tmp/perf-PID.map
 * stacks: main;run;CODE 100 %, where CODE is `generated` or the region */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/shm.h>

#include "sample.h"

#if !defined(__x86_64__)
int main(void) {
  fprintf(stderr, "bigjit: x86-64 only\n");
  return 69;
}
#else

/* push rbp; mov rbp, rsp; mov ecx, edi; mov eax, 1; loop: imul eax, eax, 0x19660d; add eax, 7; dec ecx; jnz loop;
 * pop rbp; ret */
static const uint8_t code[] = {0x55, 0x48, 0x89, 0xe5, 0x89, 0xf9, 0xb8, 1,    0,    0,    0,    0x69, 0xc0, 0x0d,
                               0x66, 0x19, 0,    0x83, 0xc0, 7,    0xff, 0xc9, 0x75, 0xf3, 0x5d, 0xc3};

static const int protection = PROT_READ | PROT_WRITE | PROT_EXEC;

static void *map_file(int file, size_t size) {
  if (file < 0 || ftruncate(file, (off_t)size) != 0) return MAP_FAILED;
  return mmap(NULL, size, protection, MAP_SHARED, file, 0);
}

static void *reserve(const char *kind, size_t size) {
  int flags = MAP_ANONYMOUS | MAP_NORESERVE;
  if (strcmp(kind, "anonymous") == 0) return mmap(NULL, size, protection, MAP_SHARED | flags, -1, 0);
  if (strcmp(kind, "private") == 0) return mmap(NULL, size, protection, MAP_PRIVATE | flags, -1, 0);
  if (strcmp(kind, "huge") == 0) return mmap(NULL, size, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
  if (strcmp(kind, "memfd") == 0) return map_file(memfd_create("doublemapper", MFD_CLOEXEC), size);
  if (strcmp(kind, "sparse") == 0) {
    char path[] = "/tmp/perfprof-sparse-XXXXXX";
    int file = mkstemp(path);
    if (file >= 0) unlink(path);
    return map_file(file, size);
  }
  int segment = shmget(IPC_PRIVATE, size, IPC_CREAT | SHM_NORESERVE | 0700);
  if (segment < 0) return MAP_FAILED;
  void *memory = shmat(segment, NULL, SHM_EXEC);
  shmctl(segment, IPC_RMID, NULL);
  return memory;
}

NOINLINE static void run(uint8_t *memory) {
  ((uint32_t (*)(uint32_t))memory)(1000000);
  KEEP_FRAME();
}

int main(int argc, char **argv) {
  sample_begin(argc, argv, 1);
  size_t size = (size_t)(argc > 3 ? atoi(argv[3]) : 200) << 20;
  uint8_t *memory = reserve(argc > 2 ? argv[2] : "anonymous", size);
  if (memory == MAP_FAILED) {
    perror("bigjit");
    return 69;
  }
  memcpy(memory, code, sizeof code);
  if (argc > 4) {
    char path[64];
    snprintf(path, sizeof path, "/tmp/perf-%d.map", (int)getpid());
    FILE *map = fopen(path, "w");
    if (map == NULL) return 73;
    fprintf(map, "%lx %zx generated\n", (unsigned long)memory, sizeof code);
    fclose(map);
  }
  sample_ready();
  while (!sample_over()) run(memory);
  return 0;
}
#endif
