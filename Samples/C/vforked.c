/* A vfork child that works on its parent's stack while the parent stands still.
 *
 * usage: vforked [SECONDS]
 * stacks: main;parent_work 50 %; main;spawn;vforked_work 50 % */
#include <sys/wait.h>

#include "sample.h"

NOINLINE static void parent_work(void) { WORK(20); }
NOINLINE static void vforked_work(void) { WORK(20); }

NOINLINE static void spawn(void) {
  pid_t child = vfork();
  if (child == 0) {
    vforked_work();
    _exit(0);
  }
  while (waitpid(child, NULL, 0) < 0 && errno == EINTR) continue;
}

int main(int argc, char **argv) {
  sample_begin(argc, argv, 1);
  sample_ready();
  while (!sample_over()) {
    parent_work();
    spawn();
    KEEP_FRAME();
  }
  return 0;
}
