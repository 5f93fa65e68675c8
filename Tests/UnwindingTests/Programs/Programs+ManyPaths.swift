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
