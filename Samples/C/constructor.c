/* libconstructor.so: works while the dynamic linker starts the program; constructor-main links it.
 *
 * usage: constructor-main (as long as SAMPLE_SECONDS says, or 1 s)
 * stacks: _dl_start_user or _start (ld.so);_dl_init;call_init;constructor_work nearly 100 % */
#include "sample.h"

NOINLINE __attribute__((constructor)) static void constructor_work(void) {
  const char *seconds = getenv("SAMPLE_SECONDS");
  sample_deadline = sample_now() + (seconds != NULL ? atof(seconds) : 1);
  sample_ready();
  while (!sample_over()) WORK(5);
}

/* Something to link against. */
int constructor_done(void) { return 0; }
