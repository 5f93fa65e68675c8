import CLibunwind

extension LibunwindStepper {
  /// libunwind's callbacks; each finds its stepper in the context pointer that `begin` passed.
  static var accessors: unw_accessors_t {
    var accessors = unw_accessors_t()
    unsafe accessors.find_proc_info = { space, address, info, needsUnwindInfo, context in
      guard let space = unsafe space, let info = unsafe info, let stepper = unsafe stepper(context) else {
        return -Int32(UNW_EINVAL.rawValue)
      }
      return unsafe stepper.answer(
        procedureAt: address, space: space, info: info, needsUnwindInfo: needsUnwindInfo)
    }
    unsafe accessors.put_unwind_info = { _, _, _ in }
    unsafe accessors.get_dyn_info_list_addr = { _, _, _ in -Int32(UNW_ENOINFO.rawValue) }
    unsafe accessors.access_mem = { _, address, value, isWrite, context in
      guard isWrite == 0, let stepper = unsafe stepper(context), let word = stepper.answer(wordAt: address) else {
        return -Int32(UNW_EINVAL.rawValue)
      }
      // SAFETY: libunwind passes where the word belongs.
      unsafe value?.pointee = word
      return 0
    }
    unsafe accessors.access_reg = { _, number, value, isWrite, context in
      guard isWrite == 0, let stepper = unsafe stepper(context), let word = stepper.answer(register: number) else {
        return -Int32(UNW_EBADREG.rawValue)
      }
      // SAFETY: libunwind passes where the value belongs.
      unsafe value?.pointee = word
      return 0
    }
    unsafe accessors.access_fpreg = { _, _, _, _, _ in -Int32(UNW_EBADREG.rawValue) }
    unsafe accessors.resume = { _, _, _ in -Int32(UNW_EINVAL.rawValue) }
    unsafe accessors.get_proc_name = { _, _, _, _, _, _ in -Int32(UNW_ENOINFO.rawValue) }
    return accessors
  }
}

private func stepper(_ context: UnsafeMutableRawPointer?) -> LibunwindStepper? {
  guard let context = unsafe context else { return nil }
  // SAFETY: `begin` passed its own object, which is alive while its methods call libunwind.
  return unsafe Unmanaged<LibunwindStepper>.fromOpaque(context).takeUnretainedValue()
}
