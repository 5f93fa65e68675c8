/* Loads libeven.so and libodd.so from its own folder by turns, at the same address, and works in them.
 *
 * usage: host [ROUNDS [look]]
 *   look   looks at both once at the start: loaded and unloaded, before any work (default: no)
 * stacks: main;entry;work_odd 75 %; main;entry;work_even 25 % */
#define _GNU_SOURCE
#include <dlfcn.h>

#include "sample.h"

static char folder[4096];

static void *load(const char *name) {
  char path[8192];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  void *library = dlopen(path, RTLD_NOW);
  if (library == NULL) {
    fprintf(stderr, "host: %s\n", dlerror());
    exit(1);
  }
  return library;
}

int main(int argc, char **argv) {
  int rounds = argc > 1 ? atoi(argv[1]) : 20;
  ssize_t length = readlink("/proc/self/exe", folder, sizeof folder - 1);
  if (length < 0) return 1;
  folder[length] = 0;
  *strrchr(folder, '/') = 0;
  const char *const names[] = {"libeven.so", "libodd.so"};
  for (int i = 0; argc > 2 && i < 2; i++) dlclose(load(names[i]));
  for (int round = 0; round < rounds; round++) {
    for (int i = 0; i < 2; i++) {
      void *library = load(names[i]);
      ((void (*)(void))dlsym(library, "entry"))();
      dlclose(library);
    }
  }
  return 0;
}
