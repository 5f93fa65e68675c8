#define _GNU_SOURCE
#include "CLinuxPerf.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <unistd.h>

int clp_perf_event_open(struct perf_event_attr *attributes, pid_t pid, int cpu, int group, unsigned long flags) {
  return (int)syscall(SYS_perf_event_open, attributes, pid, cpu, group, flags);
}

int clp_perf_set_output(int event, int output) { return ioctl(event, PERF_EVENT_IOC_SET_OUTPUT, output); }
int clp_perf_enable(int event) { return ioctl(event, PERF_EVENT_IOC_ENABLE, 0); }
int clp_perf_disable(int event) { return ioctl(event, PERF_EVENT_IOC_DISABLE, 0); }

int clp_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

long clp_ptrace(int request, pid_t tid, uintptr_t address, uintptr_t data) {
  return ptrace((enum __ptrace_request)request, tid, (void *)address, (void *)data);
}

ssize_t clp_read_memory(pid_t pid, void *buffer, uintptr_t address, size_t count) {
  struct iovec local = {buffer, count};
  struct iovec remote = {(void *)address, count};
  return process_vm_readv(pid, &local, 1, &remote, 1, 0);
}
