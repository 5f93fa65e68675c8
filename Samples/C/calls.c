// Calls a function a known number of times, for who counts its calls: CALLS in each of THREADS threads that are there
// before READY, as many in as many that are born later, and as many in a child. Each call takes MICROSECONDS of CPU time,
// and a thread sleeps as long afterwards.
//
// usage: calls THREADS CALLS MICROSECONDS
// prints READY, and waits for a line; then CALLS n, all calls
#include "sample.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>

static int threads, calls;
static long microseconds;
static pthread_barrier_t begin;

__attribute__((noinline)) void handle_call(volatile long *work) {
  struct timespec start, now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &start);
  do {
    for (int i = 0; i < 100; i++) *work += i;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  } while ((now.tv_sec - start.tv_sec) * 1000000 + (now.tv_nsec - start.tv_nsec) / 1000 < microseconds);
}

static void *work(void *waits) {
  volatile long sum = 0;
  if (waits) pthread_barrier_wait(&begin);
  for (int i = 0; i < calls; i++) {
    handle_call(&sum);
    usleep(microseconds);
  }
  return NULL;
}

static void start(pthread_t *all, void *waits) {
  for (int i = 0; i < threads; i++) pthread_create(&all[i], NULL, work, waits);
}

static void join(pthread_t *all) {
  for (int i = 0; i < threads; i++) pthread_join(all[i], NULL);
}

int main(int count, char **arguments) {
  threads = count > 1 ? atoi(arguments[1]) : 2;
  calls = count > 2 ? atoi(arguments[2]) : 1000;
  microseconds = count > 3 ? atol(arguments[3]) : 100;
  pthread_t early[threads], late[threads];
  pthread_barrier_init(&begin, NULL, threads + 1);
  start(early, &begin);
  puts("READY");
  fflush(stdout);
  if (getchar() == EOF) return 1;
  pthread_barrier_wait(&begin);
  start(late, NULL);
  pid_t child = fork();
  if (child == 0) {
    start(late, NULL);
    join(late);
    _exit(0);
  }
  join(early);
  join(late);
  waitpid(child, NULL, 0);
  printf("CALLS %d\n", 3 * threads * calls);
  fflush(stdout);
  return 0;
}
