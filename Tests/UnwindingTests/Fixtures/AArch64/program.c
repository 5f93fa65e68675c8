// What stack images are taken of: see make.py. Faults are repaired by the handler, so that one run meets all places.
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#define DECLARE(flavor) \
  long flavor##all(long), flavor##faulting(volatile long *, long), flavor##recurse(long), \
      flavor##wild(long (*)(void), long), flavor##leaf(long, long);
DECLARE(omit_)
DECLARE(frames_)
DECLARE(signed_)

static long good = 4;
static long done(void) { return 1; }

// Repairs what was wrong: a load goes to `good`, a call to `done`.
static void handler(int number, siginfo_t *info, void *context) {
  mcontext_t *machine = &((ucontext_t *)context)->uc_mcontext;
  if (machine->pc == 0) {
    machine->pc = (unsigned long)done;
  } else {
    machine->regs[0] = (unsigned long)&good;
  }
}

// In memory of its own, as in the vDSO; the address is that of sigreturn.S.
static void *restorer(void) {
  static const unsigned code[] = {0xD503201F, 0xD2801168, 0xD4000001};
  char *page = mmap((void *)0x50000000, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  memcpy(page + 0x100, code, sizeof code);
  __builtin___clear_cache(page, page + 4096);
  return page + 0x104;
}

static void handle(int flags) {
  struct { void *handler; unsigned long flags; void *restorer; unsigned long mask; } action = {
    handler, 0x04000000 | SA_SIGINFO | flags, restorer(), 0};
  syscall(SYS_rt_sigaction, SIGSEGV, &action, 0, 8);
}

static int compare(const void *a, const void *b) { return omit_leaf(*(long *)a, 1) < omit_leaf(*(long *)b, 1); }

static void *thread(void *argument) { return (void *)omit_recurse(3); }

static ucontext_t home, away;
static void coroutine(void) { omit_recurse(2); }

__attribute__((noipa)) static void stage(int number) { __asm__ volatile("" ::"r"(number)); }

int main(int count, char **arguments) {
  long sum = omit_all(count) + frames_all(count) + signed_all(count);
  stage(1);
  sum += omit_recurse(250);
  stage(2);
  handle(0);
  sum += omit_faulting(0, 1) + signed_faulting(0, 2);
  sum += omit_wild(0, 3) + signed_wild(0, 4);
  stage(3);
  stack_t other = {.ss_sp = malloc(1 << 15), .ss_size = 1 << 15};
  sigaltstack(&other, 0);
  handle(SA_ONSTACK);
  sum += omit_faulting(0, 1);
  stage(4);
  long values[] = {3, 1, 4, 1, 5, 9, 2, 6};
  qsort(values, 8, sizeof *values, compare);
  stage(5);
  sum += strlen(arguments[0]);
  stage(6);
  char text[64];
  sprintf(text, "%ld\n", sum);
  fputs(text, stdout);
  fflush(stdout);
  stage(7);
  pthread_t other_thread;
  pthread_create(&other_thread, 0, thread, 0);
  pthread_join(other_thread, 0);
  stage(8);
  getcontext(&away);
  away.uc_stack.ss_sp = malloc(1 << 15);
  away.uc_stack.ss_size = 1 << 15;
  away.uc_link = &home;
  makecontext(&away, coroutine, 0);
  swapcontext(&home, &away);
  stage(9);
  return 0;
}
