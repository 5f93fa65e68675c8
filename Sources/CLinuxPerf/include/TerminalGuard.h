// A terminal that is given back although a signal ends the process at once; not for Swift, of which nothing may run then.
#pragma once

#include <stddef.h>
#include <termios.h>

/// From now on, a signal that ends this process first writes `text` to `output`, at most 64 bytes, and sets the modes of
/// `input` unless that is negative; then it does what it would have done. What is ignored stays so, and forked children
/// are left alone.
void clp_terminal_guard(int output, const char *text, size_t length, int input, const struct termios *modes);
/// Signals do again what they did before.
void clp_terminal_unguard(void);
