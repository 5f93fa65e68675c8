// A small program with functions inlined into others.
struct s { int a; };
static inline __attribute__((always_inline)) int leaf(int x) {
  volatile int y = x;
  for (int i = 0; i < x; i++) y += i;
  return y;
}
static inline __attribute__((always_inline)) int middle(int x) { return leaf(x) + 1; }
__attribute__((noinline)) int outer(int x) { return middle(x) * 2; }
int main(int count, char **words) {
  struct s s = {count};
  if (count > 3) { int z = outer(count); return z; }
  return outer(s.a);
}
