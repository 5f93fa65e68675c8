#define _GNU_SOURCE
#include "CDemangling.h"

#include <libiberty/demangle.h>
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct bounded_output {
  char *bytes;
  size_t capacity;
  size_t count;
  jmp_buf full;
};

static void append(const char *text, size_t length, void *opaque) {
  struct bounded_output *output = opaque;
  if (length > output->capacity - output->count) longjmp(output->full, 1);
  memcpy(output->bytes + output->count, text, length);
  output->count += length;
}

// The printers of libiberty keep their state on the stack, so the jump leaks nothing but a decoded Punycode identifier.
ptrdiff_t perfprof_demangle_cplusplus(const char *name, bool parameters, char *bytes, size_t capacity) {
  struct bounded_output output = {.bytes = bytes, .capacity = capacity, .count = 0};
  if (setjmp(output.full)) return -1;
  int options = parameters ? DMGL_PARAMS | DMGL_ANSI : DMGL_ANSI;
  return cplus_demangle_v3_callback(name, options, append, &output) ? (ptrdiff_t)output.count : -1;
}

ptrdiff_t perfprof_demangle_rust(const char *name, char *bytes, size_t capacity) {
  struct bounded_output output = {.bytes = bytes, .capacity = capacity, .count = 0};
  if (setjmp(output.full)) return -1;
  return rust_demangle_callback(name, DMGL_PARAMS, append, &output) ? (ptrdiff_t)output.count : -1;
}

char *perfprof_demangle_d(const char *name) { return dlang_demangle(name, DMGL_PARAMS); }

static void limit_child(void) {
  signal(SIGSEGV, SIG_DFL);
  signal(SIGABRT, SIG_DFL);
  signal(SIGBUS, SIG_DFL);
  struct rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  unsigned long pages = 0;
  FILE *statm = fopen("/proc/self/statm", "re");
  if (statm) {
    if (fscanf(statm, "%lu", &pages) != 1) pages = 0;
    fclose(statm);
  }
  rlim_t bytes = (rlim_t)pages * 4096 + (rlim_t)256 * 1024 * 1024;
  struct rlimit memory = {bytes, bytes};
  setrlimit(RLIMIT_AS, &memory);
  struct rlimit seconds = {2, 2};
  setrlimit(RLIMIT_CPU, &seconds);
}

static long long now_milliseconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (long long)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

ptrdiff_t perfprof_demangle_swift_isolated(
    const char *name, size_t length, bool full, char *output, size_t capacity, int milliseconds) {
  int ends[2];
  if (pipe2(ends, 02000000 /* O_CLOEXEC */) != 0) return -1;
  pid_t child = fork();
  if (child < 0) {
    close(ends[0]);
    close(ends[1]);
    return -1;
  }
  if (child == 0) {
    limit_child();
    char *text = full ? swift_demangle(name, length, NULL, NULL, 0) : _swift_backtrace_demangle(name, length, NULL, NULL);
    size_t count = text ? strlen(text) : 0;
    bool fits = text && count < capacity;
    for (size_t done = 0; fits && done < count;) {
      ssize_t wrote = write(ends[1], text + done, count - done);
      if (wrote <= 0) break;
      done += (size_t)wrote;
    }
    _exit(fits ? 0 : 1);
  }
  close(ends[1]);
  long long deadline = now_milliseconds() + milliseconds;
  size_t count = 0;
  bool ended = false;
  while (!ended && count < capacity) {
    long long left = deadline - now_milliseconds();
    struct pollfd wait = {.fd = ends[0], .events = POLLIN};
    int ready = left > 0 ? poll(&wait, 1, (int)left) : 0;
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) break;
    ssize_t got = read(ends[0], output + count, capacity - count);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) break;
    if (got == 0) ended = true;
    count += (size_t)got;
  }
  close(ends[0]);
  if (!ended) kill(child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
  return ended && WIFEXITED(status) && WEXITSTATUS(status) == 0 ? (ptrdiff_t)count : -1;
}
