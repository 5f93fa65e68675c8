#define _GNU_SOURCE
#include "ProcessMemory.h"

#include <sys/uio.h>

ssize_t clp_read_process_memory(pid_t pid, uint64_t address, void *buffer, size_t count) {
  struct iovec local = {.iov_base = buffer, .iov_len = count};
  struct iovec remote = {.iov_base = (void *)(uintptr_t)address, .iov_len = count};
  return process_vm_readv(pid, &local, 1, &remote, 1, 0);
}
