#define _GNU_SOURCE
#include "KernelProgram.h"

#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

_Static_assert((int)clp_bpf_hash == (int)BPF_MAP_TYPE_HASH, "numbers as the kernel has them");
_Static_assert((int)clp_bpf_array == (int)BPF_MAP_TYPE_ARRAY, "numbers as the kernel has them");
_Static_assert((int)clp_bpf_events == (int)BPF_MAP_TYPE_PERF_EVENT_ARRAY, "numbers as the kernel has them");
_Static_assert((int)clp_bpf_lru_hash == (int)BPF_MAP_TYPE_LRU_HASH, "numbers as the kernel has them");
_Static_assert((int)clp_bpf_array_of_maps == (int)BPF_MAP_TYPE_ARRAY_OF_MAPS, "numbers as the kernel has them");
_Static_assert((int)clp_bpf_ring == (int)BPF_MAP_TYPE_RINGBUF, "numbers as the kernel has them");

static int command(enum bpf_cmd command, union bpf_attr *attributes) {
  return (int)syscall(SYS_bpf, command, attributes, sizeof *attributes);
}

const void *clp_find(const void *bytes, size_t count, const void *wanted, size_t wanted_count) {
  return memmem(bytes, count, wanted, wanted_count);
}

int clp_bpf_create_value(uint32_t value_size, int is_constant) {
  union bpf_attr attributes;
  memset(&attributes, 0, sizeof attributes);
  attributes.map_type = BPF_MAP_TYPE_ARRAY;
  attributes.key_size = sizeof(uint32_t);
  attributes.value_size = value_size;
  attributes.max_entries = 1;
  attributes.map_flags = is_constant ? BPF_F_RDONLY_PROG : 0;
  return command(BPF_MAP_CREATE, &attributes);
}

static int value(enum bpf_cmd which, int map, uint64_t value) {
  uint32_t key = 0;
  union bpf_attr attributes;
  memset(&attributes, 0, sizeof attributes);
  attributes.map_fd = (uint32_t)map;
  attributes.key = (uint64_t)(uintptr_t)&key;
  attributes.value = value;
  return command(which, &attributes);
}

int clp_bpf_store(int map, const void *from) { return value(BPF_MAP_UPDATE_ELEM, map, (uint64_t)(uintptr_t)from); }

int clp_bpf_fetch(int map, void *to) { return value(BPF_MAP_LOOKUP_ELEM, map, (uint64_t)(uintptr_t)to); }

int clp_bpf_freeze(int map) {
  union bpf_attr attributes;
  memset(&attributes, 0, sizeof attributes);
  attributes.map_fd = (uint32_t)map;
  return command(BPF_MAP_FREEZE, &attributes);
}

static union bpf_attr loading(enum bpf_prog_type type, const uint64_t *instructions, uint32_t count,
                              const char *license) {
  union bpf_attr attributes;
  memset(&attributes, 0, sizeof attributes);
  attributes.prog_type = type;
  attributes.insns = (uint64_t)(uintptr_t)instructions;
  attributes.insn_cnt = count;
  attributes.license = (uint64_t)(uintptr_t)license;
  return attributes;
}

int clp_bpf_load(const uint64_t *instructions, uint32_t count, const char *license) {
  union bpf_attr attributes = loading(BPF_PROG_TYPE_SYSCALL, instructions, count, license);
  attributes.prog_flags = BPF_F_SLEEPABLE;
  return command(BPF_PROG_LOAD, &attributes);
}

int clp_bpf_load_for_tracepoint(const uint64_t *instructions, uint32_t count, const char *license) {
  union bpf_attr attributes = loading(BPF_PROG_TYPE_RAW_TRACEPOINT, instructions, count, license);
  return command(BPF_PROG_LOAD, &attributes);
}

int clp_bpf_attach_to_tracepoint(const char *name, int program) {
  union bpf_attr attributes;
  memset(&attributes, 0, sizeof attributes);
  attributes.raw_tracepoint.name = (uint64_t)(uintptr_t)name;
  attributes.raw_tracepoint.prog_fd = (uint32_t)program;
  return command(BPF_RAW_TRACEPOINT_OPEN, &attributes);
}

int clp_bpf_load_for_samples(const uint64_t *instructions, uint32_t count, const uint8_t *types, uint32_t type_bytes,
                             const uint32_t *functions, uint32_t function_count, const char *license) {
  union bpf_attr attributes = loading(BPF_PROG_TYPE_PERF_EVENT, instructions, count, license);
  if (function_count == 0) return command(BPF_PROG_LOAD, &attributes);
  union bpf_attr types_attributes;
  memset(&types_attributes, 0, sizeof types_attributes);
  types_attributes.btf = (uint64_t)(uintptr_t)types;
  types_attributes.btf_size = type_bytes;
  int types_loaded = command(BPF_BTF_LOAD, &types_attributes);
  if (types_loaded < 0) return -1;
  attributes.prog_btf_fd = (uint32_t)types_loaded;
  attributes.func_info = (uint64_t)(uintptr_t)functions;
  attributes.func_info_rec_size = sizeof(struct bpf_func_info);
  attributes.func_info_cnt = function_count;
  int program = command(BPF_PROG_LOAD, &attributes);
  close(types_loaded);
  return program;
}

int clp_bpf_create_map(enum clp_bpf_map kind, uint32_t key_size, uint32_t value_size, uint32_t entries, int inner) {
  union bpf_attr attributes;
  memset(&attributes, 0, sizeof attributes);
  attributes.map_type = (uint32_t)kind;
  attributes.key_size = key_size;
  attributes.value_size = value_size;
  attributes.max_entries = entries;
  if (kind == clp_bpf_array_of_maps) attributes.inner_map_fd = (uint32_t)inner;
  return command(BPF_MAP_CREATE, &attributes);
}

int clp_bpf_put(int map, const void *key, const void *value) {
  union bpf_attr attributes;
  memset(&attributes, 0, sizeof attributes);
  attributes.map_fd = (uint32_t)map;
  attributes.key = (uint64_t)(uintptr_t)key;
  attributes.value = (uint64_t)(uintptr_t)value;
  return command(BPF_MAP_UPDATE_ELEM, &attributes);
}

int clp_bpf_get(int map, const void *key, void *value) {
  union bpf_attr attributes;
  memset(&attributes, 0, sizeof attributes);
  attributes.map_fd = (uint32_t)map;
  attributes.key = (uint64_t)(uintptr_t)key;
  attributes.value = (uint64_t)(uintptr_t)value;
  return command(BPF_MAP_LOOKUP_ELEM, &attributes);
}

int clp_bpf_remove(int map, const void *key) {
  union bpf_attr attributes;
  memset(&attributes, 0, sizeof attributes);
  attributes.map_fd = (uint32_t)map;
  attributes.key = (uint64_t)(uintptr_t)key;
  return command(BPF_MAP_DELETE_ELEM, &attributes);
}

int clp_perf_set_program(int event, int program) { return ioctl(event, PERF_EVENT_IOC_SET_BPF, program); }

int clp_bpf_run(int program, const void *context, uint32_t size, uint32_t *returned) {
  union bpf_attr attributes;
  memset(&attributes, 0, sizeof attributes);
  attributes.test.prog_fd = (uint32_t)program;
  attributes.test.ctx_in = (uint64_t)(uintptr_t)context;
  attributes.test.ctx_size_in = size;
  int status = command(BPF_PROG_TEST_RUN, &attributes);
  if (returned) *returned = attributes.test.retval;
  return status;
}
