#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

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

/// Starts a child process with 256 MB and 1 s of CPU that demangles `count` Swift names, each ended by a zero byte,
/// because nothing else bounds what a hostile name can make the runtime do. Returns a descriptor to read from, or -1:
/// for each name the short and the full form, each as a 32-bit length and that many bytes. The caller sets the time, and
/// ends and reaps `child`.
int perfprof_start_swift_demangling(const char *names, size_t count, pid_t *child);
