/* Leaves a dead child unreaped and prints its PID after READY.
 *
 * usage: zombie [SECONDS]
 * stacks: none; standard output: READY, then the zombie's PID on a line */
#include <sys/wait.h>

#include "sample.h"

int main(int argc, char **argv) {
  sample_begin(argc, argv, 1);
  pid_t child = fork();
  if (child == 0) _exit(0);
  siginfo_t information;
  while (waitid(P_PID, (id_t)child, &information, WEXITED | WNOWAIT) != 0 && errno == EINTR) continue;
  sample_ready();
  printf("%d\n", (int)child);
  fflush(stdout);
  while (!sample_over()) usleep(50000);
  return 0;
}
