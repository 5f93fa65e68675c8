import CLibunwind

/// A libunwind address space with its cache of decoded rules; released with its last reference.
@safe final class LibunwindSpace {
  /// The handle that `unw_init_remote` takes.
  let handle: unw_addr_space_t
  private var generation: UInt32

  /// An address space whose cache holds up to `cacheRows` addresses; nil without memory.
  init?(cacheRows: UInt64, generation: UInt32) {
    var accessors = LibunwindStepper.accessors
    // SAFETY: libunwind copies the accessors during the call.
    guard let handle = unsafe clu_create_address_space(&accessors) else { return nil }
    // SAFETY: the handle is fresh and used by this thread only.
    unsafe clu_enable_cache(handle, cacheRows)
    unsafe self.handle = handle
    self.generation = generation
  }

  deinit {
    // SAFETY: no cursor outlives the walk that made it, and each walk holds the address space that holds this.
    unsafe clu_destroy_address_space(handle)
  }

  /// Empties the cache if the address space has changed since it was filled.
  func refresh(for newGeneration: UInt32) {
    guard generation != newGeneration else { return }
    generation = newGeneration
    // SAFETY: the handle is valid until `deinit`.
    unsafe clu_flush_cache(handle)
  }
}
