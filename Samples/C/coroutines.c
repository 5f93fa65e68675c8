/* Two coroutines on stacks of their own, switched by swapcontext.
 *
 * usage: coroutines [SECONDS]
 * stacks: __start_context;first_coroutine;first_work 40 %
 *         __start_context;second_coroutine;second_work 60 % */
#include <ucontext.h>

#include "sample.h"

static ucontext_t scheduler, first, second;

NOINLINE static void first_work(void) { WORK(16); }
NOINLINE static void second_work(void) { WORK(24); }

NOINLINE static void first_coroutine(void) {
  for (;;) {
    first_work();
    swapcontext(&first, &scheduler);
  }
}

NOINLINE static void second_coroutine(void) {
  for (;;) {
    second_work();
    swapcontext(&second, &scheduler);
  }
}

static void prepare(ucontext_t *context, char *stack, size_t size, void (*function)(void)) {
  getcontext(context);
  context->uc_stack.ss_sp = stack;
  context->uc_stack.ss_size = size;
  context->uc_link = &scheduler;
  makecontext(context, function, 0);
}

int main(int argc, char **argv) {
  static char stacks[2][64 << 10];
  sample_begin(argc, argv, 1);
  prepare(&first, stacks[0], sizeof stacks[0], first_coroutine);
  prepare(&second, stacks[1], sizeof stacks[1], second_coroutine);
  sample_ready();
  while (!sample_over()) {
    swapcontext(&scheduler, &first);
    swapcontext(&scheduler, &second);
  }
  return 0;
}
