/* Three functions at 20, 30 and 50 % of the CPU time.
 *
 * usage: shares [SECONDS]
 * stacks: main;round_of_work;{twenty 20 %, thirty 30 %, fifty 50 %} */
#include "sample.h"

NOINLINE static void twenty(void) { WORK(10); }
NOINLINE static void thirty(void) { WORK(15); }
NOINLINE static void fifty(void) { WORK(25); }

NOINLINE static void round_of_work(void) {
  twenty();
  thirty();
  fifty();
  KEEP_FRAME();
}

int main(int argc, char **argv) {
  sample_begin(argc, argv, 1);
  sample_ready();
  while (!sample_over()) round_of_work();
  return 0;
}
