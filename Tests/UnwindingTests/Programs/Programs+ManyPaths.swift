extension Programs {
  /// Goes through many kinds of code in a few thousand instructions, and ends.
  ///
  /// Without `longjmp`: the unwind information of its last ten instructions describes where it will go, by registers
  /// that it keeps scrambled.
  static let manyPaths = """
    #define _GNU_SOURCE
    #include <math.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
    #include <time.h>
    #include <alloca.h>
    static int compare(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }
    __attribute__((noinline, noclone)) int down(int n) { return n == 0 ? 1 : down(n - 1) + n; }
    __attribute__((noinline, noclone)) int variable(int n) {
      char *space = alloca(n * 16);
      memset(space, n, n * 16);
      return space[n] + down(2);
    }
    __attribute__((noinline, noclone)) int aligned(int n) {
      int values[16] __attribute__((aligned(64)));
      for (int i = 0; i < 16; i++) values[i] = n * i % 7;
      qsort(values, 16, sizeof values[0], compare);
      return values[3];
    }
    __attribute__((noinline, noclone)) int many(int a, int b, int c, int d, int e, int f, int g, int h) {
      return a + b * c - d + e * f - g + h + variable(a);
    }
    int main(int count, char **arguments) {
      char text[64];
      int sum = down(5) + aligned(count) + many(1, 2, 3, 4, 5, 6, 7, 8);
      snprintf(text, sizeof text, "%d %s %g", sum, arguments[0], sqrt(count));
      char *copy = strdup(text);
      struct timespec now;
      clock_gettime(CLOCK_MONOTONIC, &now);
      sum += strlen(copy) + now.tv_nsec % 2;
      free(copy);
      return sum & 1;
    }
    """
}

extension Programs {
  /// Handles a fault on another stack; stops in the handler, then, by way of the next fault, with other frames beneath.
  static let changingAlternateStack = """
    #define _GNU_SOURCE
    #include <setjmp.h>
    #include <signal.h>
    #include <stdlib.h>
    #include <string.h>
    static sigjmp_buf back;
    static void handler(int number) { raise(SIGSTOP); siglongjmp(back, number); }
    __attribute__((noinline, noclone)) int crash(volatile int *where) { return *where + 1; }
    __attribute__((noinline, noclone)) int outer(volatile int *where) { return crash(where) + 2; }
    __attribute__((noinline, noclone)) int wipe(void) {
      volatile char space[4096];
      for (int i = 0; i < sizeof space; i++) space[i] = 0x5A;
      return space[7];
    }
    __attribute__((noinline, noclone)) int other(volatile int *where) { return wipe() + crash(where) + 3; }
    int main(void) {
      char *memory = malloc(1 << 16);
      stack_t stack = {.ss_sp = memory, .ss_size = 1 << 16};
      sigaltstack(&stack, 0);
      struct sigaction action = {.sa_handler = handler, .sa_flags = SA_ONSTACK};
      sigaction(SIGSEGV, &action, 0);
      if (!sigsetjmp(back, 1)) return outer((volatile int *)8);
      memset(memory, 0, 1 << 16);
      wipe();
      raise(SIGSTOP);
      return 0;
    }
    """
}
