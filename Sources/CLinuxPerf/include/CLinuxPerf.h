// perf_event, ptrace and ring-barrier definitions that Swift cannot import: variadic calls, macros, unions.
// No logic lives here. Every function carries the prefix `clp_`; layouts are asserted at compile time.
#pragma once

#include "ProcessMemory.h"

#include <linux/perf_event.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

_Static_assert(sizeof(struct perf_event_header) == 8, "perf_event_header is 8 bytes");
_Static_assert(offsetof(struct perf_event_mmap_page, data_head) == 1024, "data_head starts the second KiB");

/// perf_event_open(2). Returns a file descriptor, or -1 with errno set.
int clp_perf_event_open(struct perf_event_attr *attributes, pid_t pid, int cpu, int group, unsigned long flags);
