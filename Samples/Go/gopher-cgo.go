// A goroutine that calls C, which calls Go back.
//
// usage: gopher-cgo [SECONDS]
// stacks: c_work;c_leaf 50 %; runtime.goexit;…;main.callBack;…;main.goCallback;main.chain 50 %
package main

/*
#include <stdint.h>
extern uint64_t goCallback(int);
static __attribute__((noinline)) uint64_t c_leaf(int units) {
  uint64_t state = 88172645463325252ull;
  for (int left = units * 800000; left > 0; left--) {
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    __asm__ volatile("" : "+r"(state));
  }
  return state;
}
static __attribute__((noinline)) uint64_t c_work(int units) { return c_leaf(units) + 1; }
static __attribute__((noinline)) uint64_t c_call_back(int units) { return goCallback(units) + 1; }
*/
import "C"

import (
	"fmt"
	"os"
	"strconv"
	"time"
)

//go:noinline
func chain(units int) uint64 {
	state := uint64(88172645463325252)
	for left := units * 800000; left > 0; left-- {
		state = state*6364136223846793005 + 1442695040888963407
	}
	return state
}

//export goCallback
func goCallback(units C.int) C.uint64_t { return C.uint64_t(chain(int(units)) + 1) }

//go:noinline
func callC() uint64 { return uint64(C.c_work(3)) + 1 }

//go:noinline
func callBack() uint64 { return uint64(C.c_call_back(3)) + 1 }

func main() {
	seconds := 10.0
	if len(os.Args) > 1 {
		seconds, _ = strconv.ParseFloat(os.Args[1], 64)
	}
	end := time.Now().Add(time.Duration(seconds * float64(time.Second)))
	fmt.Println("READY")
	done := make(chan uint64)
	go func() {
		sum := uint64(0)
		for time.Now().Before(end) {
			sum += callC() + callBack()
		}
		done <- sum
	}()
	<-done
}
