// Functions whose frames are known, compiled several times: FLAVOR(name) puts what is special before the name.
#include <stddef.h>

#define KEPT __attribute__((noipa))

KEPT long FLAVOR(leaf)(long a, long b) { return (a * 3) ^ b; }

KEPT long FLAVOR(work)(long a, long b) {
  long first = FLAVOR(leaf)(a, b);
  return FLAVOR(leaf)(first + a, b) + a + b;
}

KEPT long FLAVOR(bottom)(long a) { return a + 1; }

KEPT long FLAVOR(recurse)(long n) { return n == 0 ? FLAVOR(bottom)(n) + 1 : FLAVOR(recurse)(n - 1) + n; }

KEPT long FLAVOR(touch)(volatile char *bytes) { return bytes[0]; }

// Registers are saved too far from the CFA for a slot of a compact rule.
KEPT long FLAVOR(large)(long a, long b) {
  volatile char bytes[1200];
  bytes[0] = a;
  return FLAVOR(touch)(bytes) + a + b;
}

// The size is known at run time only: the CFA goes by x29, whatever the compiler was told of frame pointers.
KEPT long FLAVOR(variable)(long a, long b) {
  volatile char *bytes = __builtin_alloca(a * 16);
  bytes[0] = b;
  return FLAVOR(touch)(bytes) + a + b;
}

// A leaf that has moved nothing when the signal arrives.
KEPT long FLAVOR(fault)(volatile long *where, long b) { return *where + b; }

KEPT long FLAVOR(faulting)(volatile long *where, long b) { return FLAVOR(fault)(where, b) + b; }

KEPT long FLAVOR(wild)(long (*volatile where)(void), long b) { return where() + b; }

KEPT long FLAVOR(all)(long a) {
  return FLAVOR(work)(a, 5) + FLAVOR(recurse)(12) + FLAVOR(large)(a, 6) + FLAVOR(variable)(a, 7);
}
