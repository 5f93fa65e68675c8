/* COUNT threads (1,000) that all live throughout; two tokens go round, and who holds one works.
 *
 * usage: manythreads [SECONDS [COUNT]]
 * stacks: start (in libc);thread_main;hold_token nearly 100 %, the rest in the semaphores */
#define _GNU_SOURCE
#include <pthread.h>
#include <semaphore.h>

#include "sample.h"

static int count = 1000;
static sem_t *turns;
static pthread_barrier_t all_there;

NOINLINE static void hold_token(void) { WORK(1); }

NOINLINE static void *thread_main(void *argument) {
  long number = (long)argument;
  pthread_barrier_wait(&all_there);
  while (!sample_over()) {
    while (sem_wait(&turns[number]) != 0) continue;
    hold_token();
    sem_post(&turns[(number + 1) % count]);
  }
  sem_post(&turns[(number + 1) % count]);
  return NULL;
}

int main(int argc, char **argv) {
  sample_begin(argc, argv, 1);
  if (argc > 2) count = atoi(argv[2]);
  if (count < 4 || (turns = calloc((size_t)count, sizeof *turns)) == NULL) return 64;
  pthread_barrier_init(&all_there, NULL, (unsigned)count + 1);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 128 << 10);
  pthread_t last = 0;
  for (long number = 0; number < count; number++) {
    sem_init(&turns[number], 0, number == 0 || number == count / 2);
    if (pthread_create(&last, &attributes, thread_main, (void *)number) != 0) {
      perror("pthread_create");
      return 1;
    }
  }
  pthread_barrier_wait(&all_there);
  sample_ready();
  while (!sample_over()) usleep(20000);
  return 0;
}
