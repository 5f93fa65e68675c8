/* Threads that wait until somebody known ends that.
 *
 * usage: wakers [SECONDS]
 * stacks: clone…;start_thread;thread_main;wait_for_KIND;… and behind the wait [woken by NAME];…;WORK, where
 *   KIND lock       NAME holder    WORK holder_work: it has the mutex for 50 ms and lets go of it
 *   KIND pipe       NAME writer    WORK writer_work: writes a byte each 30 ms
 *   KIND condition  NAME signaler  WORK signaler_work: signals it each 40 ms
 *   KIND thread     NAME brief     a thread that ends after 20 ms: its end
 *   KIND other      NAME stranger  WORK stranger_work, of a child process, which writes a byte each 35 ms
 *   KIND sleep      woken by an interrupt: a timer, each 20 ms; `spinner` is what that finds running
 * Each thread tells at its end how many nanoseconds passed in the function: KIND TIME. */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "sample.h"

typedef unsigned long long nanoseconds;

static nanoseconds now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (nanoseconds)time.tv_sec * 1000000000ull + (nanoseconds)time.tv_nsec;
}
static void name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER, condition_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static int ends[2], other_ends[2], signals;

static void read_byte(int end) { char byte; if (read(end, &byte, 1) < 0) abort(); }

NOINLINE static void wait_for_lock(void) { pthread_mutex_lock(&mutex); KEEP_FRAME(); }
NOINLINE static void wait_for_pipe(void) { read_byte(ends[0]); KEEP_FRAME(); }
NOINLINE static void wait_for_other(void) { read_byte(other_ends[0]); KEEP_FRAME(); }
NOINLINE static void wait_for_sleep(void) { usleep(20000); KEEP_FRAME(); }
NOINLINE static void wait_for_condition(void) {
  pthread_mutex_lock(&condition_mutex);
  while (signals == 0) pthread_cond_wait(&condition, &condition_mutex);
  signals = 0;
  pthread_mutex_unlock(&condition_mutex);
  KEEP_FRAME();
}
NOINLINE static void *brief_main(void *argument) { name_thread("brief"); usleep(20000); return argument; }
NOINLINE static void wait_for_thread(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, brief_main, NULL);
  pthread_join(thread, NULL);
  KEEP_FRAME();
}

NOINLINE static void holder_work(void) {
  pthread_mutex_lock(&mutex);
  usleep(50000);
  pthread_mutex_unlock(&mutex);
  KEEP_FRAME();
}
NOINLINE static void writer_work(void) { usleep(30000); if (write(ends[1], "x", 1) != 1) abort(); KEEP_FRAME(); }
NOINLINE static void signaler_work(void) {
  usleep(40000);
  pthread_mutex_lock(&condition_mutex);
  signals = 1;
  pthread_cond_signal(&condition);
  pthread_mutex_unlock(&condition_mutex);
  KEEP_FRAME();
}
NOINLINE static void stranger_work(void) {
  usleep(35000);
  if (write(other_ends[1], "x", 1) != 1) _exit(0);
  KEEP_FRAME();
}
NOINLINE static void spinner_work(void) { WORK(20); KEEP_FRAME(); }

struct worker { const char *name; void (*work)(void); };
NOINLINE static void *worker_main(void *argument) {
  struct worker *worker = argument;
  name_thread(worker->name);
  while (!sample_over()) {
    worker->work();
    if (worker->work == holder_work) usleep(500);
  }
  /* Whoever waits still is let go. */
  if (worker->work == writer_work) close(ends[1]);
  if (worker->work == signaler_work) worker->work();
  return NULL;
}

struct phase { const char *name; void (*run)(void); nanoseconds spent; };
NOINLINE static void *thread_main(void *argument) {
  struct phase *phase = argument;
  name_thread(phase->name);
  while (!sample_over()) {
    nanoseconds begin = now();
    phase->run();
    phase->spent += now() - begin;
    if (phase->run == wait_for_lock) { pthread_mutex_unlock(&mutex); usleep(5000); }
  }
  KEEP_FRAME();
  return NULL;
}

int main(int argc, char **argv) {
  sample_begin(argc, argv, 1);
  if (pipe(ends) != 0 || pipe(other_ends) != 0) return 1;
  pid_t child = fork();
  if (child == 0) {
    name_thread("stranger");
    close(other_ends[0]);
    close(ends[1]);
    signal(SIGPIPE, SIG_IGN);
    while (1) stranger_work();
  }
  close(other_ends[1]);
  struct worker workers[] = {
    {"holder", holder_work}, {"writer", writer_work}, {"signaler", signaler_work}, {"spinner", spinner_work},
  };
  struct phase phases[] = {
    {"lock", wait_for_lock, 0}, {"pipe", wait_for_pipe, 0}, {"condition", wait_for_condition, 0},
    {"thread", wait_for_thread, 0}, {"other", wait_for_other, 0}, {"sleep", wait_for_sleep, 0},
  };
  enum { COUNT = sizeof phases / sizeof *phases, WORKERS = sizeof workers / sizeof *workers };
  pthread_t threads[COUNT], others[WORKERS];
  for (int index = 0; index < WORKERS; index++) pthread_create(&others[index], NULL, worker_main, &workers[index]);
  for (int index = 0; index < COUNT; index++) pthread_create(&threads[index], NULL, thread_main, &phases[index]);
  sample_ready();
  for (int index = 0; index < COUNT; index++) pthread_join(threads[index], NULL);
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
  for (int index = 0; index < COUNT; index++) printf("%s %llu\n", phases[index].name, phases[index].spent);
  return 0;
}
