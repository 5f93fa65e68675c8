#include "CLinuxPerf.h"

#include <sys/syscall.h>
#include <unistd.h>

int clp_perf_event_open(struct perf_event_attr *attributes, pid_t pid, int cpu, int group, unsigned long flags) {
  return (int)syscall(SYS_perf_event_open, attributes, pid, cpu, group, flags);
}
