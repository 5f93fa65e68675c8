// The kernel's way back from a signal handler, described as in its vDSO (arch/arm64/kernel/vdso/sigreturn.S).
  .text
  .cfi_startproc
  .cfi_signal_frame
  .cfi_def_cfa x29, 0
  .cfi_offset x29, 0
  .cfi_offset x30, 8
  nop
  .globl _start
_start:
  mov x8, #139
  svc #0
  .cfi_endproc
  // The page goes on.
  .skip 16
