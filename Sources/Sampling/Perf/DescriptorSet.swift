import Glibc

/// Open file descriptors that are closed together.
struct DescriptorSet: ~Copyable {
  private(set) var descriptors: [Int32] = []

  deinit { closeAll() }

  /// Takes over an open descriptor.
  mutating func insert(_ descriptor: Int32) { descriptors.append(descriptor) }

  /// Closes every descriptor and forgets it.
  mutating func removeAll() {
    closeAll()
    descriptors.removeAll()
  }

  private func closeAll() {
    for descriptor in descriptors { close(descriptor) }
  }
}
