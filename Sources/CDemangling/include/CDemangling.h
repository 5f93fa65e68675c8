#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What Swift can't import of the demanglers: two functions that the Swift runtime exports without a header, and bounds
// on what libiberty writes (its print callbacks can't say "enough"; only a jump out of them can).

/// Full form (swift/Demangling/Demangle.h); the result is malloc'd, NULL when `name` is no Swift name.
char *swift_demangle(const char *name, size_t length, char *output, size_t *output_size, uint32_t flags);
/// Short form, as Swift's own backtraces print it; the result is malloc'd.
char *_swift_backtrace_demangle(const char *name, size_t length, char *output, size_t *output_size);

/// Writes the C++ name to `output`, without a terminator; returns its length, or -1 when `name` is none or too long.
ptrdiff_t perfprof_demangle_cplusplus(const char *name, bool parameters, char *output, size_t capacity);
/// The same for Rust names, legacy and v0.
ptrdiff_t perfprof_demangle_rust(const char *name, char *output, size_t capacity);
/// D names; the result is malloc'd, NULL when `name` is none.
char *perfprof_demangle_d(const char *name);

/// Demangles a Swift name in a child process that gets `milliseconds` and 256 MB, because nothing else bounds the work
/// that a hostile name can cause there. Returns the length written to `output`, or -1.
ptrdiff_t perfprof_demangle_swift_isolated(
    const char *name, size_t length, bool full, char *output, size_t capacity, int milliseconds);
