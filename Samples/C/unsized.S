# Assembly as people write it by hand: symbols without sizes, and code behind them that no symbol names. x86-64 only.
# In order: `told` (no size), then a function that only unwind information knows, then padding, then `far` (no size), and
# more than 4 KB behind it code that nothing tells of.
#
# stacks: main;call_told;told 25 %; main;call_hidden;(a stand-in, not `told`) 25 %;
#         main;call_far;far 25 %; main;call_farther;(a stand-in, not `far`) 25 %

  .macro work
  mov $4000000, %ecx
  mov $1, %eax
0: imul $0x19660d, %eax, %eax
  dec %ecx
  jnz 0b
  .endm

  .text
  .globl told, call_hidden_code, far, call_farther_code
told:
  .cfi_startproc
  work
  ret
  .cfi_endproc

.Lhidden:
  .cfi_startproc
  work
  ret
  .cfi_endproc

  .type call_hidden_code, @function
call_hidden_code:
  .cfi_startproc
  sub $8, %rsp
  .cfi_adjust_cfa_offset 8
  call .Lhidden
  add $8, %rsp
  .cfi_adjust_cfa_offset -8
  ret
  .cfi_endproc
  .size call_hidden_code, . - call_hidden_code

  .type call_farther_code, @function
call_farther_code:
  .cfi_startproc
  sub $8, %rsp
  .cfi_adjust_cfa_offset 8
  call .Lfarther
  add $8, %rsp
  .cfi_adjust_cfa_offset -8
  ret
  .cfi_endproc
  .size call_farther_code, . - call_farther_code

  .p2align 4
far:
  .cfi_startproc
  work
  ret
  .fill 8192, 1, 0x90
.Lfarther:
  work
  ret
  .cfi_endproc
  .section .note.GNU-stack, "", @progbits
