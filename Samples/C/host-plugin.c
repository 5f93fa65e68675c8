/* A library with one function to call, which works as long as PLUGIN_WORK says in a function that PLUGIN_NAME names. Two
 * such libraries have the same layout, and are loaded at the same address one after the other. */
#include "sample.h"

#define NAMED(name) static NOINLINE void name(void) { WORK(PLUGIN_WORK); }
NAMED(PLUGIN_NAME)

void entry(void) {
  PLUGIN_NAME();
  KEEP_FRAME();
}
