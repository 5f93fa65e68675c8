// Calls that the compiler inlines, through templates and lambdas, with lines that are known.
//
// usage: inlining [SECONDS]
// stacks: main;shop::Till::serve(int);{shop::Till::weigh [inlined];shop::scale<3> [inlined] 30 %,
//                                      shop::wrap(int) 70 %}
// Without inlined frames: main;shop::Till::serve(int) 30 % of its own, shop::wrap(int) 70 %
#include "../Common/sample.h"

namespace shop {

template <int Units>
__attribute__((always_inline)) static inline int scale(int weight) {
  WORK(Units * 3);
  return weight + Units;
}

NOINLINE static int wrap(int weight) {
  auto fold = [](int paper) __attribute__((always_inline)) {
    WORK(21);
    return paper * 2;
  };
  return fold(weight);
}

class Till {
 public:
  NOINLINE int serve(int weight) {
    int weighed = weigh(weight);
    int wrapped = wrap(weighed);
    KEEP_FRAME();
    return wrapped + total;
  }

 private:
  __attribute__((always_inline)) int weigh(int weight) {
    total += scale<3>(weight);
    return total;
  }
  int total = 0;
};

}  // namespace shop

int main(int argc, char **argv) {
  sample_begin(argc, argv, 1);
  sample_ready();
  shop::Till till;
  int sum = 0;
  while (!sample_over()) sum ^= till.serve(sum);
  return sum == 1;
}
