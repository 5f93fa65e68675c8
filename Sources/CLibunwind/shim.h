// libunwind's remote interface. Its functions are macros that paste the architecture into their names, which Swift
// can't import; each gets an inline function with the prefix `clu_`. No logic lives here.
//
// Only the architecture's library is linked (`libunwind-generic` is its portable name), not `libunwind` itself: that
// one exports `_Unwind_*` too and would take exception handling from the C++ runtime.
#pragma once
#include <libunwind.h>
#include <stdint.h>

_Static_assert(sizeof(unw_word_t) == 8, "perfprof unwinds 64-bit processes");

// Exported by the architecture's library, declared in none of its headers.
extern int UNW_OBJ(dwarf_search_unwind_table)(unw_addr_space_t, unw_word_t, unw_dyn_info_t *, unw_proc_info_t *, int,
                                              void *);

static inline unw_addr_space_t clu_create_address_space(unw_accessors_t *accessors) {
  return unw_create_addr_space(accessors, 0);
}

static inline void clu_destroy_address_space(unw_addr_space_t space) { unw_destroy_addr_space(space); }

/// Keeps decoded rules for up to `rows` addresses, for all threads. The size is set twice because libunwind 1.6 takes the
/// first call, which finds no cache yet, as one for the default of 128 rows.
static inline void clu_enable_cache(unw_addr_space_t space, uint64_t rows) {
  unw_set_caching_policy(space, UNW_CACHE_GLOBAL);
  unw_set_cache_size(space, rows, 0);
  unw_set_cache_size(space, rows, 0);
}

static inline void clu_flush_cache(unw_addr_space_t space) { unw_flush_cache(space, 0, 0); }

static inline int clu_begin(unw_cursor_t *cursor, unw_addr_space_t space, void *context) {
  return unw_init_remote(cursor, space, context);
}

static inline int clu_step(unw_cursor_t *cursor) { return unw_step(cursor); }

static inline int clu_get_register(unw_cursor_t *cursor, int number, uint64_t *value) {
  return unw_get_reg(cursor, number, value);
}

static inline int clu_is_signal_frame(unw_cursor_t *cursor) { return unw_is_signal_frame(cursor); }

/// Looks `address` up in the search table of an `.eh_frame_hdr` at actual address `header`; its `count` pairs of 32-bit
/// offsets, relative to the header, start at `table`.
static inline int clu_search_table(unw_addr_space_t space, uint64_t address, uint64_t start, uint64_t end,
                                   uint64_t header, uint64_t table, uint64_t count, unw_proc_info_t *info,
                                   int needs_unwind_info, void *context) {
  unw_dyn_info_t table_info = {0};
  table_info.format = UNW_INFO_FORMAT_REMOTE_TABLE;
  table_info.start_ip = start;
  table_info.end_ip = end;
  table_info.u.rti.segbase = header;
  table_info.u.rti.table_data = table;
  table_info.u.rti.table_len = count * 8 / sizeof(unw_word_t);
  return UNW_OBJ(dwarf_search_unwind_table)(space, address, &table_info, info, needs_unwind_info, context);
}
