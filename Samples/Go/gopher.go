// Goroutines that work, allocate, grow their stacks, ask for the time, and give way to each other.
//
// usage: gopher [SECONDS]
// stacks: runtime.goexit;main.worker;main.oddWork 25 %; runtime.goexit;main.worker;main.evenWork 75 %, of their sum
package main

import (
	"fmt"
	"os"
	"runtime"
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

//go:noinline
func oddWork() uint64 { return chain(1) + 1 }

//go:noinline
func evenWork() uint64 { return chain(3) + 1 }

//go:noinline
func descend(depth int, padding [16]int) int {
	if depth == 0 {
		return padding[3]
	}
	padding[depth%16] += depth
	return descend(depth-1, padding) + 1
}

//go:noinline
func allocate(count int) int {
	lists := map[string][]int{}
	for number := 0; number < count; number++ {
		key := strconv.Itoa(number % 97)
		lists[key] = append(lists[key], number)
	}
	return len(lists)
}

func worker(end time.Time, results chan<- uint64) {
	sum := uint64(0)
	for time.Now().Before(end) {
		sum += oddWork() + evenWork() + uint64(allocate(500))
		runtime.Gosched()
	}
	results <- sum
}

func main() {
	seconds := 10.0
	if len(os.Args) > 1 {
		seconds, _ = strconv.ParseFloat(os.Args[1], 64)
	}
	end := time.Now().Add(time.Duration(seconds * float64(time.Second)))
	results := make(chan uint64)
	for number := 0; number < 4; number++ {
		go worker(end, results)
	}
	fmt.Println("READY")
	for time.Now().Before(end) {
		grown := make(chan int)
		go func() { var padding [16]int; grown <- descend(100, padding) }()
		<-grown
		time.Sleep(time.Millisecond)
	}
}
