#define _GNU_SOURCE
#include "CLinuxPerf.h"
#include "clp_inheritance.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

// Only async-signal-safe calls: the parent may have other threads.
static void wait_and_exec(
  char *const arguments[], char *environment[], const struct clp_inheritance *given, int go, int failure
) {
  char leave;
  ssize_t got;
  do {
    got = read(go, &leave, 1);
  } while (got < 0 && errno == EINTR);
  if (got != 1) _exit(127);
  clp_inheritance_apply(given);
  if (environment[0]) environ = environment;
  execvp(arguments[0], arguments);
  int32_t reason = errno;
  ssize_t written = write(failure, &reason, sizeof reason);
  (void)written;
  _exit(127);
}

int clp_spawn_suspended(
  char *const arguments[], char *environment[], const struct clp_inheritance *given, struct clp_suspended *result) {
  int go[2];
  int failure[2];
  if (pipe2(go, O_CLOEXEC) != 0) return errno;
  if (pipe2(failure, O_CLOEXEC) != 0) {
    int reason = errno;
    close(go[0]);
    close(go[1]);
    return reason;
  }
  pid_t pid = fork();
  int reason = errno;
  if (pid == 0) {
    // The child's own copy would keep the pipe from ever ending.
    close(go[1]);
    wait_and_exec(arguments, environment, given, go[0], failure[1]);
  }
  close(go[0]);
  close(failure[1]);
  if (pid < 0) {
    close(go[1]);
    close(failure[0]);
    return reason;
  }
  result->pid = pid;
  result->go = go[1];
  result->failure = failure[0];
  return 0;
}
