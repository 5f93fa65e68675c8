// Reading another process's memory; glibc declares the call only with _GNU_SOURCE, which Swift's import lacks.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// process_vm_readv(2) with one range on each side. Returns the bytes read, or -1 with errno set.
ssize_t clp_read_process_memory(pid_t pid, uint64_t address, void *buffer, size_t count);
