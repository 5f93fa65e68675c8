/* Calls what unsized.S holds, each as often; its header states the stacks. usage: unsized [SECONDS] */
#include "sample.h"

void told(void), call_hidden_code(void), far(void), call_farther_code(void);

NOINLINE static void call_told(void) { told(); KEEP_FRAME(); }
NOINLINE static void call_hidden(void) { call_hidden_code(); KEEP_FRAME(); }
NOINLINE static void call_far(void) { far(); KEEP_FRAME(); }
NOINLINE static void call_farther(void) { call_farther_code(); KEEP_FRAME(); }

int main(int argc, char **argv) {
  sample_begin(argc, argv, 1);
  sample_ready();
  while (!sample_over()) {
    call_told();
    call_hidden();
    call_far();
    call_farther();
  }
  return 0;
}
