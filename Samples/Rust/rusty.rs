//! Generics, closures and trait objects in Rust, with names in the legacy and (rusty-v0) the v0 form.
//!
//! usage: rusty [SECONDS]
//! stacks: main … rusty::main;rusty::round;{<rusty::Square as rusty::Shape>::area 25 %,
//!         rusty::generic_work::<u32> 25 %, rusty::apply;rusty::round::{closure#0} 50 %}

use std::hint::black_box;
use std::io::Write;
use std::time::{Duration, Instant};

#[inline(always)]
fn work(units: u64) -> u64 {
    let mut state: u64 = 88172645463325252;
    for _ in 0..units * 800_000 {
        state = black_box(state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407));
    }
    state
}

trait Shape {
    fn area(&self) -> u64;
}

struct Square(u64);

impl Shape for Square {
    #[inline(never)]
    fn area(&self) -> u64 {
        work(5) ^ self.0
    }
}

#[inline(never)]
fn generic_work<T: Into<u64>>(value: T) -> u64 {
    work(5) ^ value.into()
}

#[inline(never)]
fn apply(function: &dyn Fn(u64) -> u64) -> u64 {
    black_box(function(black_box(3)))
}

#[inline(never)]
fn round(shape: &dyn Shape) -> u64 {
    let a = shape.area();
    let b = generic_work(7u32);
    let closure = |value| work(10) ^ value;
    let c = apply(black_box(&closure));
    black_box(a ^ b ^ c)
}

fn main() {
    let seconds: f64 = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(10.0);
    let end = Instant::now() + Duration::from_secs_f64(if seconds == 0.0 { 1e9 } else { seconds });
    println!("READY");
    std::io::stdout().flush().ok();
    let square: Box<dyn Shape> = black_box(Box::new(Square(3)));
    let mut sum = 0;
    while Instant::now() < end {
        sum ^= round(square.as_ref());
    }
    black_box(sum);
}
