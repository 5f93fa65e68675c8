/* A parent, its children, and what the children become by exec, one after the other, the same work each.
 *
 * usage: forkexec [SECONDS]
 * processes and stacks: forkexec: main;parent_work 1/3; main;run_child;child_work 1/3
 *                       forkexec (after exec): main;after_exec 1/3 */
#include <sys/wait.h>

#include "sample.h"

NOINLINE static void parent_work(void) { WORK(20); }
NOINLINE static void child_work(void) { WORK(20); }
NOINLINE static void after_exec(void) { WORK(20); }

NOINLINE static void run_child(char *self) {
  child_work();
  execl("/proc/self/exe", self, "--after-exec", (char *)NULL);
  _exit(127);
}

int main(int argc, char **argv) {
  if (argc > 1 && strcmp(argv[1], "--after-exec") == 0) {
    after_exec();
    return 0;
  }
  sample_begin(argc, argv, 1);
  sample_ready();
  while (!sample_over()) {
    parent_work();
    pid_t child = fork();
    if (child < 0) return 1;
    if (child == 0) run_child(argv[0]);
    int status;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
    if (status != 0) return 1;
  }
  return 0;
}
