#pragma once

/// Heap allocations made by this process so far, by whatever library.
unsigned long allocation_count(void);
