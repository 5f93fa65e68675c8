/* Works, then becomes another program, which may be of another word size.
 *
 * usage: becomes PROGRAM [ARGUMENTS…]
 * stacks: main;work_before 100 ms, then those of PROGRAM */
#include "sample.h"

NOINLINE static void work_before(void) { WORK(100); }

int main(int argc, char **argv) {
  if (argc < 2) return 64;
  work_before();
  execv(argv[1], argv + 1);
  return 127;
}
