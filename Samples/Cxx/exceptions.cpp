// Exceptions thrown 20 calls deep and caught at the top, and work in a destructor while the stack unwinds.
//
// usage: exceptions [SECONDS]
// stacks: main;attempt(int);fall(int) × 20;…;Parachute::~Parachute() about 50 %, below _Unwind_Resume or
//         _Unwind_RaiseException or the landing pad;
//         main;attempt(int);land() about 50 %
#include <stdexcept>
#include <string>

#include "../Common/sample.h"

struct Parachute {
  NOINLINE ~Parachute() { WORK(1); }
};

NOINLINE static void fall(int depth) {
  Parachute parachute;
  if (depth == 0) throw std::runtime_error("ground " + std::to_string(depth));
  fall(depth - 1);
  KEEP_FRAME();
}

NOINLINE static void land() { WORK(20); }

NOINLINE static bool attempt(int depth) {
  try {
    fall(depth - 1);
  } catch (const std::runtime_error &error) {
    land();
    return error.what()[0] == 'g';
  }
  return false;
}

int main(int argc, char **argv) {
  sample_begin(argc, argv, 1);
  sample_ready();
  while (!sample_over()) {
    if (!attempt(20)) return 1;
  }
  return 0;
}
