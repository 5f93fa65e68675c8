// Two ways from a goroutine into C, on the thread's own stack: leaf_a is only ever called by viaA, leaf_b only by viaB.
//
// usage: gopher-two [SECONDS]
// stacks: runtime.goexit;…;main.viaA;…;leaf_a 50 %; runtime.goexit;…;main.viaB;…;leaf_b 50 %; no other mixture
// A call of C takes about a quarter of a millisecond: less than it takes to read memory after the sample.
package main

/*
static __attribute__((noinline)) void spin(int rounds) {
  for (int left = rounds; left > 0; left--) __asm__ volatile("" : "+r"(left));
}
static __attribute__((noinline)) int leaf_a(int rounds) {
  spin(rounds);
  __asm__ volatile("");
  return 1;
}
static __attribute__((noinline)) int leaf_b(int rounds) {
  spin(rounds);
  __asm__ volatile("");
  return 2;
}
*/
import "C"

import (
	"fmt"
	"os"
	"strconv"
	"time"
)

//go:noinline
func viaA() int { return int(C.leaf_a(250000)) + 1 }

//go:noinline
func viaB() int { return int(C.leaf_b(250000)) + 1 }

func main() {
	seconds := 10.0
	if len(os.Args) > 1 {
		seconds, _ = strconv.ParseFloat(os.Args[1], 64)
	}
	end := time.Now().Add(time.Duration(seconds * float64(time.Second)))
	fmt.Println("READY")
	done := make(chan int)
	go func() {
		sum := 0
		for time.Now().Before(end) {
			sum += viaA() + viaB()
		}
		done <- sum
	}()
	<-done
}
