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
