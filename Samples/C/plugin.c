/* Loads a library after READY, works in it, unloads it, again and again.
 *
 * usage: plugin [SECONDS]
 * stacks: main;use_plugin;library_work 50 %; main;own_work 50 %; little in dlopen and dlclose */
#define _GNU_SOURCE
#include <dlfcn.h>

#include "sample.h"

NOINLINE static void own_work(void) { WORK(10); }

NOINLINE static void use_plugin(const char *path) {
  void *library = dlopen(path, RTLD_NOW);
  if (library == NULL) {
    fprintf(stderr, "plugin: %s\n", dlerror());
    exit(1);
  }
  void (*work)(void) = (void (*)(void))dlsym(library, "library_work");
  work();
  dlclose(library);
}

int main(int argc, char **argv) {
  sample_begin(argc, argv, 1);
  char path[4096];
  ssize_t length = readlink("/proc/self/exe", path, sizeof path - 16);
  if (length < 0) return 1;
  path[length] = 0;
  strcpy(strrchr(path, '/'), "/libsample.so");
  sample_ready();
  while (!sample_over()) {
    own_work();
    use_plugin(path);
  }
  return 0;
}
