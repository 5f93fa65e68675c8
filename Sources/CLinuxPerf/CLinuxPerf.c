#define _GNU_SOURCE
#include "CLinuxPerf.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/auxv.h>
#include <sys/ptrace.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <linux/capability.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

int clp_perf_event_open(struct perf_event_attr *attributes, pid_t pid, int cpu, int group, unsigned long flags) {
  return (int)syscall(SYS_perf_event_open, attributes, pid, cpu, group, flags);
}

int clp_perf_set_output(int event, int output) { return ioctl(event, PERF_EVENT_IOC_SET_OUTPUT, output); }
int clp_perf_id(int event, uint64_t *id) { return ioctl(event, PERF_EVENT_IOC_ID, id); }
int clp_perf_enable(int event) { return ioctl(event, PERF_EVENT_IOC_ENABLE, 0); }
int clp_perf_disable(int event) { return ioctl(event, PERF_EVENT_IOC_DISABLE, 0); }
int clp_perf_set_period(int event, uint64_t period) { return ioctl(event, PERF_EVENT_IOC_PERIOD, &period); }

int clp_signalfd(const sigset_t *signals) { return signalfd(-1, signals, SFD_CLOEXEC | SFD_NONBLOCK); }

void clp_signalfd_drain(int descriptor) {
  struct signalfd_siginfo information;
  while (read(descriptor, &information, sizeof information) > 0) {}
}

int clp_ppoll(struct pollfd *descriptors, size_t count, uint64_t nanoseconds) {
  struct timespec time = {(time_t)(nanoseconds / 1000000000), (long)(nanoseconds % 1000000000)};
  return ppoll(descriptors, count, &time, NULL);
}

int clp_drop_capabilities(void) {
  // AT_SECURE: set by the kernel where a file's capabilities were added at exec (capabilities(7)).
  if (!getauxval(AT_SECURE)) return 0;
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0, 0, 0}};
  return (int)syscall(SYS_capset, &header, none);
}

pid_t clp_gettid(void) { return (pid_t)syscall(SYS_gettid); }

int clp_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

long clp_ptrace(int request, pid_t tid, uintptr_t address, uintptr_t data) {
  return ptrace((enum __ptrace_request)request, tid, (void *)address, (void *)data);
}

ssize_t clp_ptrace_registers(pid_t tid, void *buffer, size_t size) {
  struct iovec set = {buffer, size};
  return ptrace(PTRACE_GETREGSET, tid, (void *)NT_PRSTATUS, &set) == 0 ? (ssize_t)set.iov_len : -1;
}

ssize_t clp_read_memory(pid_t pid, void *buffer, uintptr_t address, size_t count) {
  struct iovec local = {buffer, count};
  struct iovec remote = {(void *)address, count};
  return process_vm_readv(pid, &local, 1, &remote, 1, 0);
}

int clp_openat2(int folder, const char *path, uint64_t flags, uint64_t resolve) {
  struct open_how how = {.flags = flags, .resolve = resolve};
  return (int)syscall(SYS_openat2, folder, path, &how, sizeof how);
}

int64_t clp_file_system(int descriptor) {
  struct statfs status;
  return fstatfs(descriptor, &status) == 0 ? (int64_t)(uint32_t)status.f_type : -1;
}

int clp_memory_file(const char *name) { return (int)syscall(SYS_memfd_create, name, 1U /* MFD_CLOEXEC */); }

int clp_copy_file(int from, int to, size_t count) {
  off_t offset = 0;
  while ((size_t)offset < count) {
    ssize_t copied = sendfile(to, from, &offset, count - (size_t)offset);
    if (copied < 0 && errno == EINTR) continue;
    if (copied <= 0) return copied < 0 ? errno : EIO;
  }
  return 0;
}
