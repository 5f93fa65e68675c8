/* libsample.so: a tiny function, which is called through a PLT entry each time, and one that works. */
#include "library.h"

#include "sample.h"

__attribute__((noinline)) unsigned long library_step(unsigned long value) { return value + 1; }

__attribute__((noinline)) void library_work(void) { WORK(10); }
