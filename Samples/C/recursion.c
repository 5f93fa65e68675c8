/* One recursion, DEPTH calls deep, that stays at the bottom.
 *
 * usage: recursion DEPTH [SECONDS]
 * stacks: main;start;descend × DEPTH;bottom 100 %
 * A call takes at least 64 bytes of stack: 2,000 don't fit into a dump of 65,528 bytes, and 100,000 just into the
 * usual 8 MB. */
#include "sample.h"

NOINLINE static void bottom(void) {
  while (!sample_over()) WORK(5);
}

NOINLINE static int descend(int depth) {
  volatile char frame[32];
  frame[0] = (char)depth;
  if (depth <= 1) {
    sample_ready();
    bottom();
    return frame[0];
  }
  int below = descend(depth - 1);
  KEEP_FRAME();
  return below + frame[0];
}

NOINLINE static int start(int depth) {
  int result = descend(depth);
  KEEP_FRAME();
  return result;
}

int main(int argc, char **argv) {
  if (argc < 2 || atoi(argv[1]) < 1) {
    fprintf(stderr, "usage: recursion DEPTH [SECONDS]\n");
    return 64;
  }
  sample_begin(argc, argv, 2);
  return start(atoi(argv[1])) == -1;
}
