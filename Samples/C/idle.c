/* Sleeps: a target that gives no samples.
 *
 * usage: idle [SECONDS]
 * stacks: none on a CPU */
#include "sample.h"

int main(int argc, char **argv) {
  sample_begin(argc, argv, 1);
  sample_ready();
  while (!sample_over()) usleep(50000);
  return 0;
}
