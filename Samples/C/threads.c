/* Threads that come and go: at every moment two, each living about 20 ms.
 *
 * usage: threads [SECONDS]
 * stacks: start (in libc);thread_main;{odd_work 50 %, even_work 50 %}
 * thread names: odd, even */
#define _GNU_SOURCE
#include <pthread.h>

#include "sample.h"

NOINLINE static void odd_work(void) { WORK(20); }
NOINLINE static void even_work(void) { WORK(20); }

NOINLINE static void *thread_main(void *argument) {
  int odd = argument != NULL;
  pthread_setname_np(pthread_self(), odd ? "odd" : "even");
  if (odd) odd_work();
  else even_work();
  KEEP_FRAME();
  return NULL;
}

int main(int argc, char **argv) {
  sample_begin(argc, argv, 1);
  sample_ready();
  while (!sample_over()) {
    pthread_t odd, even;
    if (pthread_create(&odd, NULL, thread_main, "") != 0) return 1;
    if (pthread_create(&even, NULL, thread_main, NULL) != 0) return 1;
    pthread_join(odd, NULL);
    pthread_join(even, NULL);
  }
  return 0;
}
