#define _GNU_SOURCE
#include "CDemangling.h"

#include <libiberty/demangle.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
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
  // Sound names take milliseconds all together.
  struct rlimit seconds = {1, 2};
  setrlimit(RLIMIT_CPU, &seconds);
}

static bool write_all(int descriptor, const void *bytes, size_t count) {
  const char *next = bytes;
  while (count > 0) {
    ssize_t wrote = write(descriptor, next, count);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return false;
    next += wrote;
    count -= (size_t)wrote;
  }
  return true;
}

static bool write_text(int descriptor, char *text) {
  size_t count = text ? strlen(text) : 0;
  uint32_t length = count > UINT32_MAX ? 0 : (uint32_t)count;
  bool written = write_all(descriptor, &length, sizeof length) && write_all(descriptor, text, length);
  free(text);
  return written;
}

int perfprof_start_swift_demangling(const char *names, size_t count, pid_t *child) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return -1;
  *child = fork();
  if (*child < 0) {
    close(ends[0]);
    close(ends[1]);
    return -1;
  }
  if (*child > 0) {
    close(ends[1]);
    return ends[0];
  }
  limit_child();
  for (size_t index = 0; index < count; index++) {
    size_t length = strlen(names);
    if (!write_text(ends[1], _swift_backtrace_demangle(names, length, NULL, NULL))) _exit(1);
    if (!write_text(ends[1], swift_demangle(names, length, NULL, NULL, 0))) _exit(1);
    names += length + 1;
  }
  _exit(0);
}
