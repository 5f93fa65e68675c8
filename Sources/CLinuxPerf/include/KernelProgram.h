// bpf(2) commands that Swift cannot make: their arguments are a union of nameless structures.
#pragma once

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
/// Runs the program on `context`, and stores what it returned. Returns 0, or -1 with errno set.
int clp_bpf_run(int program, const void *context, uint32_t size, uint32_t *returned);

/// A set of at most `entries` numbers, ready for programs that run in interrupts. Returns a descriptor, or -1 with errno
/// set.
int clp_bpf_create_set(uint32_t entries);
/// Puts a number into a set. Returns 0, or -1 with errno set.
int clp_bpf_insert(int set, uint32_t member);
/// Takes a number from a set. Returns 0, or -1 with errno set.
int clp_bpf_remove(int set, uint32_t member);
/// Loads a program that runs at each sample of an event, and drops it by returning 0 (BPF_PROG_TYPE_PERF_EVENT). Returns
/// a descriptor, or -1 with errno set.
int clp_bpf_load_for_events(const uint64_t *instructions, uint32_t count, const char *license);
/// PERF_EVENT_IOC_SET_BPF: the program runs at the event's samples. Returns 0, or -1 with errno set.
int clp_bpf_attach(int event, int program);
