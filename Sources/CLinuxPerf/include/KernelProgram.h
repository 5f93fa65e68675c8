// bpf(2) commands that Swift cannot make: their arguments are a union of nameless structures.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// A map of one value of `value_size` bytes, which the program may only read if `is_constant`. Returns a descriptor, or
/// -1 with errno set.
int clp_bpf_create_value(uint32_t value_size, int is_constant);
/// Stores the map's value. Returns 0, or -1 with errno set.
int clp_bpf_store(int map, const void *value);
/// Loads the map's value. Returns 0, or -1 with errno set.
int clp_bpf_fetch(int map, void *value);
/// No process may change the map's value from here on. Returns 0, or -1 with errno set.
int clp_bpf_freeze(int map);
/// Loads a program that runs when it is told to (BPF_PROG_TYPE_SYSCALL). Returns a descriptor, or -1 with errno set.
int clp_bpf_load(const uint64_t *instructions, uint32_t count, const char *license);
/// The kinds of maps (enum bpf_map_type) that programs on samples use.
enum clp_bpf_map {
  clp_bpf_hash = 1,
  clp_bpf_array = 2,
  clp_bpf_events = 4,
  clp_bpf_lru_hash = 9,
  clp_bpf_array_of_maps = 12,
  clp_bpf_ring = 27
};
/// A map; `entries` are bytes for a ring, and `inner`, for an array of maps, a map like those that it will hold. Returns
/// a descriptor, or -1 with errno set.
int clp_bpf_create_map(enum clp_bpf_map kind, uint32_t key_size, uint32_t value_size, uint32_t entries, int inner);
/// Stores a value under a key. Returns 0, or -1 with errno set.
int clp_bpf_put(int map, const void *key, const void *value);
/// Loads the value under a key. Returns 0, or -1 with errno set.
int clp_bpf_get(int map, const void *key, void *value);
/// Takes a key and its value from a map. Returns 0, or -1 with errno set.
int clp_bpf_remove(int map, const void *key);
/// Loads a program that runs at each sample of the events that it is attached to, and drops it by returning 0
/// (BPF_PROG_TYPE_PERF_EVENT). Where it has functions, `types` is their type information (BTF) and `functions` pairs of
/// where each begins and its type there. Returns a descriptor, or -1 with errno set.
int clp_bpf_load_for_samples(const uint64_t *instructions, uint32_t count, const uint8_t *types, uint32_t type_bytes,
                             const uint32_t *functions, uint32_t function_count, const char *license);
/// Loads a program that runs at a tracepoint, and is handed what that was called with (BPF_PROG_TYPE_RAW_TRACEPOINT).
/// Returns a descriptor, or -1 with errno set.
int clp_bpf_load_for_tracepoint(const uint64_t *instructions, uint32_t count, const char *license);
/// Has a program run at a tracepoint until the descriptor that is returned is closed; -1 with errno set.
int clp_bpf_attach_to_tracepoint(const char *name, int program);
/// PERF_EVENT_IOC_SET_BPF: the program runs at each sample of the event, and of those that inherit it later. Returns 0,
/// or -1 with errno set.
int clp_perf_set_program(int event, int program);

/// Where the first of `wanted` bytes lies among `count`; NULL where it isn't there (memmem, which is GNU's).
const void *clp_find(const void *bytes, size_t count, const void *wanted, size_t wanted_count);

/// Loads a number that the kernel stored with release order.
static inline uint64_t clp_load_acquire(const void *place) {
  return __atomic_load_n((const uint64_t *)place, __ATOMIC_ACQUIRE);
}
/// Stores a number that the kernel loads with acquire order.
static inline void clp_store_release(void *place, uint64_t value) {
  __atomic_store_n((uint64_t *)place, value, __ATOMIC_RELEASE);
}

/// Runs the program on `context`, and stores what it returned. Returns 0, or -1 with errno set.
int clp_bpf_run(int program, const void *context, uint32_t size, uint32_t *returned);
