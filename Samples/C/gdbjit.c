/* Code written at run time without frame pointers, of which gdb's JIT interface or libgcc is told. x86-64 only.
 *
 * usage: gdbjit [SECONDS] [symbols | frames | reuse]
 * stacks: main;run;jit_outer;jit_inner;leaf 100 %
 *         symbols: an ELF file in memory, registered by __jit_debug_register_code, has names and .eh_frame
 *         frames: __register_frame has .eh_frame only, so that the two have no names
 *         reuse: as symbols, and every 200 ms jit_second_outer and jit_second_inner, whose frames are larger, take the
 *                place of the two, and the other way round, with leaf_second below */
#define _GNU_SOURCE
#include <elf.h>
#include <stddef.h>
#include <sys/mman.h>

#include "sample.h"

#if !defined(__x86_64__)
int main(void) {
  fprintf(stderr, "gdbjit: x86-64 only\n");
  return 69;
}
#else

/* As gdb's manual declares it ("JIT Compilation Interface"). */
struct jit_code_entry {
  struct jit_code_entry *next_entry, *prev_entry;
  const char *symfile_addr;
  uint64_t symfile_size;
};
struct jit_descriptor {
  uint32_t version, action_flag;
  struct jit_code_entry *relevant_entry, *first_entry;
};
struct jit_descriptor __jit_debug_descriptor = {1, 0, NULL, NULL};
NOINLINE void __jit_debug_register_code(void) { __asm__ volatile("" ::: "memory"); }

extern void __register_frame(void *);

NOINLINE static void leaf(void) { WORK(1); }
NOINLINE static void leaf_second(void) { WORK(1); }

/* Two functions and what is told of them.
 *
 * outer(function, count, inner): calls inner(function) so many times. rbp is a counter, r12 and r13 are what was handed in.
 * inner(function): calls the function; rbp holds where it goes on. */
struct code {
  const char *outer_name, *inner_name;
  const uint8_t *outer, *inner, *outer_frames, *inner_frames;
  uint32_t outer_size, inner_size, outer_frames_size, inner_frames_size;
};

/* push rbp; push r12; push r13; mov r12, rdi; mov r13, rdx; mov rbp, rsi;
 * loop: mov rdi, r12; call r13; dec rbp; jnz loop; pop r13; pop r12; pop rbp; ret */
static const uint8_t outer[] = {0x55, 0x41, 0x54, 0x41, 0x55, 0x49, 0x89, 0xfc, 0x49, 0x89, 0xd5, 0x48,
                                0x89, 0xf5, 0x4c, 0x89, 0xe7, 0x41, 0xff, 0xd5, 0x48, 0xff, 0xcd, 0x75,
                                0xf5, 0x41, 0x5d, 0x41, 0x5c, 0x5d, 0xc3};
/* DW_CFA_advance_loc 1, def_cfa_offset 16, rbp at 16 below, and so on; the pops the other way round. */
static const uint8_t outer_frames[] = {0x41, 0x0e, 0x10, 0x86, 0x02, 0x42, 0x0e, 0x18, 0x8c, 0x03, 0x42, 0x0e, 0x20,
                                       0x8d, 0x04, 0x56, 0x0e, 0x18, 0x42, 0x0e, 0x10, 0x41, 0x0e, 0x08};
/* push rbp; sub rsp, 48; lea rbp, way out; call rdi; jmp rbp; a trap; way out: add rsp, 48; pop rbp; ret
 * Where the jump leads, the code alone does not tell. */
static const uint8_t inner[] = {0x55, 0x48, 0x83, 0xec, 0x30, 0x48, 0x8d, 0x2d, 6,    0,    0,    0,    0xff,
                                0xd7, 0xff, 0xe5, 0x0f, 0x0b, 0x48, 0x83, 0xc4, 0x30, 0x5d, 0xc3};
static const uint8_t inner_frames[] = {0x41, 0x0e, 0x10, 0x86, 0x02, 0x44, 0x0e, 0x40,
                                       0x51, 0x0e, 0x10, 0x41, 0x0e, 0x08};
/* The same with 64 and 16 bytes more. */
static const uint8_t outer_second[] = {0x55, 0x41, 0x54, 0x41, 0x55, 0x48, 0x83, 0xec, 0x40, 0x49, 0x89, 0xfc, 0x49,
                                       0x89, 0xd5, 0x48, 0x89, 0xf5, 0x4c, 0x89, 0xe7, 0x41, 0xff, 0xd5, 0x48, 0xff,
                                       0xcd, 0x75, 0xf5, 0x48, 0x83, 0xc4, 0x40, 0x41, 0x5d, 0x41, 0x5c, 0x5d, 0xc3};
static const uint8_t outer_second_frames[] = {0x41, 0x0e, 0x10, 0x86, 0x02, 0x42, 0x0e, 0x18, 0x8c, 0x03,
                                              0x42, 0x0e, 0x20, 0x8d, 0x04, 0x44, 0x0e, 0x60, 0x58, 0x0e,
                                              0x20, 0x42, 0x0e, 0x18, 0x42, 0x0e, 0x10, 0x41, 0x0e, 0x08};
static const uint8_t inner_second[] = {0x55, 0x48, 0x83, 0xec, 0x40, 0x48, 0x8d, 0x2d, 6,    0,    0,    0,    0xff,
                                       0xd7, 0xff, 0xe5, 0x0f, 0x0b, 0x48, 0x83, 0xc4, 0x40, 0x5d, 0xc3};
static const uint8_t inner_second_frames[] = {0x41, 0x0e, 0x10, 0x86, 0x02, 0x44, 0x0e, 0x50,
                                              0x51, 0x0e, 0x10, 0x41, 0x0e, 0x08};

static const struct code first = {"jit_outer",          "jit_inner",         outer,
                                  inner,                outer_frames,        inner_frames,
                                  sizeof outer,         sizeof inner,        sizeof outer_frames,
                                  sizeof inner_frames};
static const struct code second = {"jit_second_outer",
                                   "jit_second_inner",
                                   outer_second,
                                   inner_second,
                                   outer_second_frames,
                                   inner_second_frames,
                                   sizeof outer_second,
                                   sizeof inner_second,
                                   sizeof outer_second_frames,
                                   sizeof inner_second_frames};

static const uint8_t common[] = {0x14, 0, 0, 0, 0, 0,    0,    0, 1,    'z', 'R', 0,
                                 1,    0x78, 0x10, 1, 0, 0x0c, 7, 8, 0x90, 1,   0,   0};

enum { INNER_OFFSET = 64 };
static uint8_t *place;

/* An FDE whose CIE is that many bytes before it; returns its size. */
static size_t put_description(uint8_t *to, uint32_t cie_distance, const uint8_t *start, uint64_t size,
                              const uint8_t *frames, uint32_t frames_size) {
  uint32_t length = (4 + 16 + 1 + frames_size + 3) & ~3u, pointer = cie_distance + 4;
  uint64_t address = (uint64_t)(uintptr_t)start;
  memset(to, 0, 4 + length);
  memcpy(to, &length, 4);
  memcpy(to + 4, &pointer, 4);
  memcpy(to + 8, &address, 8);
  memcpy(to + 16, &size, 8);
  memcpy(to + 25, frames, frames_size);
  return 4 + length;
}

/* `.eh_frame` of both functions, with the word of zero that ends it; returns its size. */
static size_t put_frames(uint8_t *to, const struct code *code) {
  size_t size = sizeof common;
  memcpy(to, common, size);
  size += put_description(to + size, (uint32_t)size, place, code->outer_size, code->outer_frames,
                          code->outer_frames_size);
  size += put_description(to + size, (uint32_t)size, place + INNER_OFFSET, code->inner_size, code->inner_frames,
                          code->inner_frames_size);
  memset(to + size, 0, 4);
  return size + 4;
}

/* The ELF file: header, .eh_frame, .symtab, .strtab, section headers. */
struct file {
  Elf64_Ehdr header;
  uint8_t frames[256];
  Elf64_Sym symbols[3];
  char strings[128];
  Elf64_Shdr sections[5];
};

static void put_symbol(struct file *file, int index, const char *name, const uint8_t *start, uint64_t size) {
  size_t offset = index == 1 ? 64 : 96;
  strcpy(file->strings + offset, name);
  file->symbols[index] = (Elf64_Sym){.st_name = (Elf64_Word)offset,
                                     .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC),
                                     .st_shndx = 1,
                                     .st_value = (Elf64_Addr)(uintptr_t)start,
                                     .st_size = size};
}

static void put_section(struct file *file, int index, const char *name, Elf64_Shdr section) {
  size_t offset = 1 + 12 * (size_t)(index - 1);
  strcpy(file->strings + offset, name);
  section.sh_name = (Elf64_Word)offset;
  file->sections[index] = section;
}

static void fill_file(struct file *file, const struct code *code) {
  memset(file, 0, sizeof *file);
  memcpy(file->header.e_ident, ELFMAG, SELFMAG);
  file->header.e_ident[EI_CLASS] = ELFCLASS64;
  file->header.e_ident[EI_DATA] = ELFDATA2LSB;
  file->header.e_ident[EI_VERSION] = EV_CURRENT;
  file->header.e_type = ET_EXEC;
  file->header.e_machine = EM_X86_64;
  file->header.e_version = EV_CURRENT;
  file->header.e_ehsize = sizeof file->header;
  file->header.e_shoff = offsetof(struct file, sections);
  file->header.e_shentsize = sizeof(Elf64_Shdr);
  file->header.e_shnum = 5;
  file->header.e_shstrndx = 4;
  size_t frames_size = put_frames(file->frames, code);
  put_symbol(file, 1, code->outer_name, place, code->outer_size);
  put_symbol(file, 2, code->inner_name, place + INNER_OFFSET, code->inner_size);
  put_section(file, 1, ".text",
              (Elf64_Shdr){.sh_type = SHT_NOBITS,
                           .sh_flags = SHF_ALLOC | SHF_EXECINSTR,
                           .sh_addr = (Elf64_Addr)(uintptr_t)place,
                           .sh_size = 4096});
  put_section(file, 2, ".eh_frame",
              (Elf64_Shdr){.sh_type = SHT_PROGBITS,
                           .sh_addr = (Elf64_Addr)(uintptr_t)file->frames,
                           .sh_offset = offsetof(struct file, frames),
                           .sh_size = frames_size});
  put_section(file, 3, ".symtab",
              (Elf64_Shdr){.sh_type = SHT_SYMTAB,
                           .sh_offset = offsetof(struct file, symbols),
                           .sh_size = sizeof file->symbols,
                           .sh_link = 4,
                           .sh_entsize = sizeof(Elf64_Sym)});
  put_section(file, 4, ".strtab",
              (Elf64_Shdr){.sh_type = SHT_STRTAB,
                           .sh_offset = offsetof(struct file, strings),
                           .sh_size = sizeof file->strings});
}

/* The file and its entry lie where those before lay, as with a `malloc` that gives out again what was freed. */
static void register_code(const struct code *code) {
  static struct file file;
  static struct jit_code_entry entry;
  __jit_debug_descriptor.action_flag = 2;
  __jit_debug_descriptor.relevant_entry = &entry;
  __jit_debug_descriptor.first_entry = NULL;
  __jit_debug_register_code();
  fill_file(&file, code);
  entry = (struct jit_code_entry){NULL, NULL, (const char *)&file, sizeof file};
  __jit_debug_descriptor.action_flag = 1;
  __jit_debug_descriptor.first_entry = &entry;
  __jit_debug_register_code();
}

static void write_code(const struct code *code) {
  memcpy(place, code->outer, code->outer_size);
  memcpy(place + INNER_OFFSET, code->inner, code->inner_size);
}

typedef void outer_function(void (*)(void), uint64_t, uint8_t *);

NOINLINE static void run(void (*leaf_function)(void)) {
  outer_function *function;
  memcpy(&function, &place, sizeof function);
  function(leaf_function, 50, place + INNER_OFFSET);
  KEEP_FRAME();
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
  sample_begin(argc, argv, 1);
  const char *how = argc > 2 ? argv[2] : "symbols";
  static uint8_t frames[256];
  place = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (place == MAP_FAILED) return 71;
  write_code(&first);
  if (strcmp(how, "frames") == 0) {
    put_frames(frames, &first);
    __register_frame(frames);
  } else {
    register_code(&first);
  }
  sample_ready();
  double changed = now();
  const struct code *current = &first;
  while (!sample_over()) {
    if (strcmp(how, "reuse") == 0 && now() - changed > 0.2) {
      current = current == &first ? &second : &first;
      changed = now();
      write_code(current);
      register_code(current);
    }
    run(current == &first ? leaf : leaf_second);
  }
  return 0;
}
#endif
