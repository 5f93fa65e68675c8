/* Calls through a pointer that leads to no memory, again and again, and mends that in a signal's handler.
 *
 * usage: wild [SECONDS]
 * stacks: main;call_nowhere;[unmapped] while the kernel handles the fault, besides those of the handler */
#include <setjmp.h>
#include <signal.h>

#include "sample.h"

static sigjmp_buf before;
/* In the first page, which nobody may map. */
static void (*volatile nowhere)(void) = (void (*)(void))0x10;

static void on_fault(int number) {
  (void)number;
  siglongjmp(before, 1);
}

NOINLINE static void call_nowhere(void) {
  nowhere();
  KEEP_FRAME();
}

int main(int argc, char **argv) {
  sample_begin(argc, argv, 1);
  struct sigaction action = {.sa_handler = on_fault};
  sigaction(SIGSEGV, &action, NULL);
  sample_ready();
  while (!sample_over()) {
    for (volatile int round = 0; round < 1000; round++) {
      if (sigsetjmp(before, 1) == 0) call_nowhere();
    }
  }
  return 0;
}
