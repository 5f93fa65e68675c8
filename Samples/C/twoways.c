/* Two ways into the same functions, on stacks that go on beyond what the kernel copies with a sample: leaf_a is only ever
 * reached through via_a, leaf_b only through via_b, and both leave the same return addresses in the same places between.
 *
 * usage: twoways deep|wide|tree|signal [SECONDS]
 *   deep    150 frames of about 1 KB
 *   wide    one frame of 200,000 bytes, of which little is ever written
 *   tree    a tree interpreter, some 130 KB deep, with frames of several sizes
 *   signal  shallow, but a timer's handler takes turns with it, on an alternate stack
 * stacks: main;via_a;…;leaf_a 50 %; main;via_b;…;leaf_b 50 %; no other mixture
 * The calls take about a quarter of a millisecond: less than it takes to read memory after the sample. */
#define _GNU_SOURCE
#include <signal.h>
#include <string.h>
#include <sys/time.h>

#include "sample.h"

typedef void leaf(void);

NOINLINE static void spin(int rounds) {
  for (int left = rounds; left > 0; left--) __asm__ volatile("" : "+r"(left));
}

NOINLINE static void leaf_a(void) {
  spin(250000);
  KEEP_FRAME();
}

NOINLINE static void leaf_b(void) {
  spin(250000);
  KEEP_FRAME();
}

NOINLINE static int deep(int depth, leaf *last) {
  volatile char room[1000];
  memset((char *)room, depth, sizeof room);
  if (depth == 0) {
    last();
    return room[0];
  }
  int below = deep(depth - 1, last);
  KEEP_FRAME();
  return below + room[depth];
}

NOINLINE static int wide(leaf *last) {
  volatile char room[200000];
  room[0] = 1;
  room[199999] = 2;
  last();
  return room[0] + room[199999];
}

/* An expression is a node with a kind and one operand; evaluating it takes a frame for each. */
NOINLINE static int evaluate(int node, leaf *last);

NOINLINE static int negate(int node, leaf *last) {
  volatile char room[200];
  room[node % 200] = 1;
  int value = evaluate(node - 1, last);
  KEEP_FRAME();
  return -value + room[node % 200];
}

NOINLINE static int call(int node, leaf *last) {
  volatile char room[1500];
  memset((char *)room, node, sizeof room);
  int value = evaluate(node - 1, last);
  KEEP_FRAME();
  return value + room[node % 200];
}

NOINLINE static int evaluate(int node, leaf *last) {
  int value = 0;
  if (node == 0) {
    last();
  } else {
    value = (node % 3 == 0 ? call : negate)(node, last);
  }
  KEEP_FRAME();
  return value + 1;
}

static char way;

NOINLINE static int work(leaf *last) {
  int value = 0;
  switch (way) {
  case 'd': value = deep(150, last); break;
  case 'w': value = wide(last); break;
  case 't': value = evaluate(180, last); break;
  default: last();
  }
  KEEP_FRAME();
  return value;
}

NOINLINE static int via_a(void) {
  int value = work(leaf_a);
  KEEP_FRAME();
  return value;
}

NOINLINE static int via_b(void) {
  int value = work(leaf_b);
  KEEP_FRAME();
  return value;
}

NOINLINE static void on_timer(int number) {
  (void)number;
  spin(500000);
  KEEP_FRAME();
}

static void handle_on_own_stack(void) {
  static char memory[128 << 10];
  stack_t stack = {.ss_sp = memory, .ss_size = sizeof memory};
  sigaltstack(&stack, NULL);
  struct sigaction action = {.sa_handler = on_timer, .sa_flags = SA_ONSTACK | SA_RESTART};
  sigaction(SIGVTALRM, &action, NULL);
  struct itimerval interval = {{0, 1000}, {0, 1000}};
  setitimer(ITIMER_VIRTUAL, &interval, NULL);
}

int main(int argc, char **argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: twoways deep|wide|tree|signal [SECONDS]\n");
    return 64;
  }
  way = argv[1][0];
  sample_begin(argc, argv, 2);
  if (way == 's') handle_on_own_stack();
  sample_ready();
  while (!sample_over()) {
    via_a();
    via_b();
  }
  return 0;
}
