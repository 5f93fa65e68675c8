/* Lives about 20 ms, nearly all of it in one function.
 *
 * usage: short [UNITS]
 * stacks: main;brief_work */
#include "sample.h"

NOINLINE static void brief_work(unsigned units) { WORK(units); }

int main(int argc, char **argv) {
  brief_work(argc > 1 ? (unsigned)atoi(argv[1]) : 20);
  return 0;
}
