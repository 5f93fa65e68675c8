// perf_event, ptrace and process definitions that Swift cannot import: variadic calls, macros, unions, fork.
// No logic lives here but what must run between fork and exec, or in a signal's handler. Every function carries the
// prefix `clp_`; layouts are asserted at compile time.
#pragma once

#include "KernelProgram.h"
#include "TerminalGuard.h"

#include <linux/perf_event.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/signalfd.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>

_Static_assert(sizeof(struct perf_event_header) == 8, "perf_event_header is 8 bytes");
_Static_assert(offsetof(struct perf_event_mmap_page, data_head) == 1024, "data_head starts the second KiB");
_Static_assert(offsetof(struct perf_event_mmap_page, data_tail) == 1032, "data_tail follows data_head");
_Static_assert(PERF_RECORD_MMAP2 == 10, "record numbers as Swift has them");

/// perf_event_open(2). Returns a file descriptor, or -1 with errno set.
int clp_perf_event_open(struct perf_event_attr *attributes, pid_t pid, int cpu, int group, unsigned long flags);

/// PERF_EVENT_IOC_SET_OUTPUT: `event` writes into the ring of `output`. Returns 0, or -1 with errno set.
int clp_perf_set_output(int event, int output);
/// PERF_EVENT_IOC_ID: the number that the event's records name it by, and those of the events that inherit it. Returns 0,
/// or -1 with errno set.
int clp_perf_id(int event, uint64_t *id);
/// PERF_EVENT_IOC_ENABLE. Returns 0, or -1 with errno set.
int clp_perf_enable(int event);
/// PERF_EVENT_IOC_DISABLE. Returns 0, or -1 with errno set.
int clp_perf_disable(int event);
/// PERF_EVENT_IOC_PERIOD: a sample for each so many from now on. Returns 0, or -1 with errno set.
int clp_perf_set_period(int event, uint64_t period);

/// The ring's `data_head`, loaded with acquire order: what lies before it was written before.
static inline uint64_t clp_ring_head(const void *page) {
  return __atomic_load_n(&((const struct perf_event_mmap_page *)page)->data_head, __ATOMIC_ACQUIRE);
}
/// Stores the ring's `data_tail` with release order: the reader is done with what lies before it.
static inline void clp_ring_set_tail(void *page, uint64_t tail) {
  __atomic_store_n(&((struct perf_event_mmap_page *)page)->data_tail, tail, __ATOMIC_RELEASE);
}

/// signalfd(2), close-on-exec and non-blocking. Returns a descriptor, or -1 with errno set.
int clp_signalfd(const sigset_t *signals);
/// Takes all pending signals from a signalfd.
void clp_signalfd_drain(int descriptor);
/// ppoll(2) with a time in nanoseconds and the signal mask unchanged.
int clp_ppoll(struct pollfd *descriptors, size_t count, uint64_t nanoseconds);
/// gettid(2).
pid_t clp_gettid(void);

/// pidfd_open(2) without flags. Returns a descriptor, or -1 with errno set.
int clp_pidfd_open(pid_t pid);

/// A program that waits, forked, for leave to exec.
struct clp_suspended {
  /// The child.
  pid_t pid;
  /// Write one byte: the child execs. Close it: the child ends with status 127.
  int go;
  /// Yields the errno of a failed exec as an `int32_t`, or end of file once the exec is done.
  int failure;
};

/// `struct sched_attr` (sched_setattr(2)), which glibc 2.36 does not declare.
struct clp_sched_attributes {
  uint32_t size;
  uint32_t policy;
  uint64_t flags;
  int32_t niceness;
  uint32_t priority;
  uint64_t runtime;
  uint64_t deadline;
  uint64_t period;
  uint32_t least_utilization;
  uint32_t most_utilization;
};
_Static_assert(sizeof(struct clp_sched_attributes) == 56, "sched_attr of kernel 5.3 (SCHED_ATTR_SIZE_VER1)");

/// What this process was given and `exec` would hand on, but `fork` does not, or this process changes for itself.
/// Signals are sets of the kernel's: bit n-1 is signal n.
struct clp_inheritance {
  uint64_t ignored;
  uint64_t blocked;
  /// Blocked and pending, sent to the process and to its first thread.
  uint64_t pending_for_process;
  uint64_t pending_for_thread;
  /// ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF.
  struct itimerval timers[3];
  /// When the timers stood so, CLOCK_MONOTONIC in nanoseconds.
  uint64_t time;
  /// PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER.
  int32_t death_signal;
  int32_t is_subreaper;
  /// Scheduling of the first thread; `size` is 0 where the kernel doesn't tell.
  struct clp_sched_attributes schedule;
};

/// Reads what this process has at present, pending signals all as if sent to the process.
void clp_inheritance_read(struct clp_inheritance *result);

/// Disarms this process's own timers, which a child is to be given.
void clp_disarm_timers(void);

/// Forks a child that waits for leave and then execs `arguments[0]`, searched for in PATH, with `given`, and with
/// `environment` unless that is empty. Returns 0, or an errno.
int clp_spawn_suspended(
  char *const arguments[], char *environment[], const struct clp_inheritance *given, struct clp_suspended *result);

/// Where the kernel has put the environment's text, one terminated string after the other, and in `size` how much
/// there is. NULL unless this program was started with more rights than its caller's and the same user: only then the
/// C library has removed variables from the environment (ld.so(8), secure-execution mode).
const char *clp_initial_environment(char *const arguments[], size_t *size);

/// ptrace(2). Returns -1 with errno set on failure.
long clp_ptrace(int request, pid_t tid, uintptr_t address, uintptr_t data);
/// PTRACE_GETREGSET of the general registers (NT_PRSTATUS) of a stopped thread. Returns the bytes written, at most
/// `size`, or -1 with errno set.
ssize_t clp_ptrace_registers(pid_t tid, void *buffer, size_t size);
/// process_vm_readv(2) of one range into one buffer.
ssize_t clp_read_memory(pid_t pid, void *buffer, uintptr_t address, size_t count);

/// Copies the first `count` bytes of one file into another that is empty. Returns 0, or an errno; EIO for a file that ends
/// before.
int clp_copy_file(int from, int to, size_t count);

/// Gives up all capabilities that the program's file has given this process, beyond what its caller has. 0, or -1 with
/// errno set.
int clp_drop_capabilities(void);

/// `RESOLVE_*` of `<linux/openat2.h>`.
enum { CLP_RESOLVE_NO_MAGICLINKS = 0x02, CLP_RESOLVE_BENEATH = 0x08, CLP_RESOLVE_IN_ROOT = 0x10 };
/// openat2(2). Returns a descriptor, or -1 with errno set.
int clp_openat2(int folder, const char *path, uint64_t flags, uint64_t resolve);
/// The file system that an open file lies in, by its number in `<linux/magic.h>` (fstatfs(2)); -1 with errno set.
int64_t clp_file_system(int descriptor);

/// A file that lives in memory until its last descriptor is closed (memfd_create(2), close-on-exec). -1 with errno set.
int clp_memory_file(const char *name);
