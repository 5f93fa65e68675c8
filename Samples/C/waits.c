/* Threads that wait in known ways for a known time, beside one that works.
 *
 * usage: waits [SECONDS]
 * stacks: clone…;start_thread;PHASE;wait_for_KIND;…, where KIND is sleep, lock, pipe, disk, child, poll or condition,
 *   and thread_main;work for the CPU's. Each thread tells at its end how many nanoseconds passed in the function:
 *   KIND TIME, by its own clock, for `work` its CPU clock. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/wait.h>

#include "sample.h"

typedef unsigned long long nanoseconds;

static nanoseconds now(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (nanoseconds)time.tv_sec * 1000000000ull + (nanoseconds)time.tv_nsec;
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER, condition_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static int ends[2], poll_ends[2], file = -1;
static char *block;
enum { BLOCK = 1 << 20, BLOCKS = 16 };

NOINLINE static void wait_for_sleep(void) { usleep(70000); KEEP_FRAME(); }
NOINLINE static void wait_for_lock(void) { pthread_mutex_lock(&mutex); KEEP_FRAME(); }
NOINLINE static void wait_for_pipe(void) { char byte; if (read(ends[0], &byte, 1) != 1) abort(); KEEP_FRAME(); }
NOINLINE static void wait_for_poll(void) {
  struct pollfd descriptor = {poll_ends[0], POLLIN, 0};
  poll(&descriptor, 1, 60);
  KEEP_FRAME();
}
NOINLINE static void wait_for_condition(void) {
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_nsec += 50000000;
  if (until.tv_nsec >= 1000000000) { until.tv_sec++; until.tv_nsec -= 1000000000; }
  pthread_mutex_lock(&condition_mutex);
  pthread_cond_timedwait(&condition, &condition_mutex, &until);
  pthread_mutex_unlock(&condition_mutex);
  KEEP_FRAME();
}
NOINLINE static void wait_for_child(void) {
  pid_t child = vfork();
  if (child == 0) { usleep(80000); _exit(0); }
  waitpid(child, NULL, 0);
  KEEP_FRAME();
}
NOINLINE static void wait_for_disk(void) {
  static int number;
  if (file < 0) { usleep(50000); return; }
  if (pread(file, block, BLOCK, (off_t)(number++ % BLOCKS) * BLOCK) < 0) abort();
  KEEP_FRAME();
}
NOINLINE static void work(void) { WORK(20); KEEP_FRAME(); }

struct phase { const char *name; void (*run)(void); clockid_t clock; nanoseconds spent; };

/* What a lock is held for, and a byte comes after: time that the other thread waits. */
NOINLINE static void *holder_main(void *argument) {
  (void)argument;
  while (!sample_over()) {
    pthread_mutex_lock(&mutex);
    usleep(40000);
    pthread_mutex_unlock(&mutex);
    usleep(500);
  }
  return NULL;
}
NOINLINE static void *writer_main(void *argument) {
  (void)argument;
  while (!sample_over()) {
    usleep(30000);
    if (write(ends[1], "x", 1) != 1) break;
  }
  close(ends[1]);
  return NULL;
}

NOINLINE static void *thread_main(void *argument) {
  struct phase *phase = argument;
  while (!sample_over()) {
    nanoseconds begin = now(phase->clock);
    phase->run();
    phase->spent += now(phase->clock) - begin;
    if (phase->run == wait_for_lock) { pthread_mutex_unlock(&mutex); usleep(5000); }
  }
  KEEP_FRAME();
  return NULL;
}

int main(int argc, char **argv) {
  sample_begin(argc, argv, 1);
  if (pipe(ends) != 0 || pipe(poll_ends) != 0) return 1;
  if (posix_memalign((void **)&block, 4096, BLOCK) != 0) return 1;
  char path[] = "/var/tmp/perfprof-waits-XXXXXX";
  file = mkstemp(path);
  if (file >= 0) {
    unlink(path);
    memset(block, 1, BLOCK);
    for (int number = 0; number < BLOCKS; number++) if (write(file, block, BLOCK) != BLOCK) return 1;
    fsync(file);
    /* Around the page cache; where the file system can't, the thread sleeps instead. */
    if (fcntl(file, F_SETFL, O_DIRECT) != 0) { close(file); file = -1; }
  }
  struct phase phases[] = {
    {"sleep", wait_for_sleep, CLOCK_MONOTONIC, 0}, {"lock", wait_for_lock, CLOCK_MONOTONIC, 0},
    {"pipe", wait_for_pipe, CLOCK_MONOTONIC, 0}, {"poll", wait_for_poll, CLOCK_MONOTONIC, 0},
    {"condition", wait_for_condition, CLOCK_MONOTONIC, 0}, {"child", wait_for_child, CLOCK_MONOTONIC, 0},
    {"disk", wait_for_disk, CLOCK_MONOTONIC, 0}, {"work", work, CLOCK_THREAD_CPUTIME_ID, 0},
  };
  enum { COUNT = sizeof phases / sizeof *phases };
  pthread_t threads[COUNT], holder, writer;
  pthread_create(&holder, NULL, holder_main, NULL);
  pthread_create(&writer, NULL, writer_main, NULL);
  for (int index = 0; index < COUNT; index++) pthread_create(&threads[index], NULL, thread_main, &phases[index]);
  sample_ready();
  for (int index = 0; index < COUNT; index++) pthread_join(threads[index], NULL);
  for (int index = 0; index < COUNT; index++) printf("%s %llu\n", phases[index].name, phases[index].spent);
  return 0;
}
