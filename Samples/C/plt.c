/* Calls a tiny function of a shared library so often that samples hit the PLT entry.
 *
 * usage: plt [SECONDS]
 * stacks: main;call_many;{own time, PLT entry, library_step}, all of them through main;call_many */
#include "library.h"
#include "sample.h"

NOINLINE static unsigned long call_many(unsigned long value) {
  for (int i = 0; i < 10000000; i++) value = library_step(value);
  KEEP_FRAME();
  return value;
}

int main(int argc, char **argv) {
  sample_begin(argc, argv, 1);
  sample_ready();
  unsigned long sum = 0;
  while (!sample_over()) sum += call_many(sum);
  return sum == 1;
}
