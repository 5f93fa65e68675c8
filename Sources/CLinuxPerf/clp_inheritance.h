// What a forked child does with what it is given; not for Swift.
#pragma once

#include "CLinuxPerf.h"

/// Gives the calling process, a fresh fork, everything in `given`; async-signal-safe.
void clp_inheritance_apply(const struct clp_inheritance *given);
