/* A program whose only difference from the next build is the name of its function: same code, same layout, and even the
 * same build ID, since linkers leave symbol tables out of it. NAME is given by the compiler's command.
 *
 * usage: alpha | omega [UNITS]
 * stacks: main;alpha or main;omega 100 % */
#include "sample.h"

NOINLINE void NAME(int units);
NOINLINE void NAME(int units) {
  for (int i = 0; i < units; i++) WORK(1);
}

int main(int argc, char **argv) {
  NAME(argc > 1 ? atoi(argv[1]) : 300);
  KEEP_FRAME();
  return 0;
}
