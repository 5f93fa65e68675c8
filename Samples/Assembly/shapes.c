// usage: shapes [SECONDS [N]]
//
// Calls each shape of shapes.S in turn, whose stacks are known: main, via_NAME, shape_NAME, leaf.
//
// To be compiled with frame pointers: `above` looks for its caller's. Exceptions: `own` works on its own; `tail` goes on
// in `keep` and `pointer` in `bare`, which takes their place on the stack; `never` has leave_by_way_out, and `popping`
// take_two, before `leaf`. Below `coroutine` lies `begin_coroutine` and nothing else.
#include "sample.h"

#define SHAPES(DO) \
  DO(zero) DO(odd) DO(keep) DO(own) DO(object) DO(buffer) DO(dead) DO(above) DO(bare) DO(tail) DO(pointer) DO(never) \
  DO(aligned) DO(kept) DO(variable) DO(popping) DO(table) DO(loop)

struct object {
  struct object *next;
  void *function, *address;
};

NOINLINE unsigned leaf(unsigned n) {
  volatile unsigned sum = 1;
  for (unsigned i = 0; i < n; i++) sum = sum * 1664525u + 7;
  return sum;
}

// Leave return addresses below the stack pointer.
NOINLINE unsigned deep_d(unsigned n) { volatile unsigned a[2] = {n, n}; return a[0] * 3 + a[1]; }
NOINLINE unsigned deep_c(unsigned n) { return deep_d(n) * 5 + 1; }
NOINLINE unsigned deep_b(unsigned n) { return deep_c(n + 1) * 7 + 1; }
NOINLINE unsigned touch(unsigned n) { return deep_b(n + 1) * 7 + 1; }
NOINLINE void *never_called(void *a) { return __builtin_return_address(0) == a ? a : 0; }

// Through a pointer, so that every other call of a shape says nothing of where it leads.
#define DECLARE(NAME) \
  unsigned shape_##NAME(unsigned, struct object *); \
  static unsigned (*volatile pointer_##NAME)(unsigned, struct object *) = shape_##NAME; \
  NOINLINE unsigned via_##NAME(unsigned n, struct object *object) { \
    return touch(n) + (n & 1 ? pointer_##NAME(n, object) : shape_##NAME(n, object)) + 1; \
  }
SHAPES(DECLARE)

void switch_stack(void **from, void *to);
void begin_coroutine(void);
static void *main_stack, *coroutine_stack;
static unsigned work;
NOINLINE void coroutine(void) {
  for (;;) {
    leaf(work);
    switch_stack(&coroutine_stack, main_stack);
  }
}
NOINLINE void via_coroutine(unsigned n) {
  work = n;
  switch_stack(&main_stack, coroutine_stack);
}

int main(int count, char **arguments) {
  sample_begin(count, arguments, 1);
  unsigned n = count > 2 ? (unsigned)atoi(arguments[2]) : 100000;
  struct object *object = malloc(sizeof *object);
  object->next = 0;
  object->function = (char *)never_called + 4;
  object->address = (char *)touch + 8;
  void **stack = malloc(1 << 16);
  stack += (1 << 13) - 8;
  stack[6] = (void *)begin_coroutine;
  coroutine_stack = stack;
  sample_ready();
  volatile unsigned sum = 0;
  do {
#define CALL(NAME) sum += via_##NAME(n, object) + via_##NAME(n + 1, object);
    SHAPES(CALL)
    via_coroutine(n);
  } while (sample_now() < sample_deadline);
  return 0;
}
