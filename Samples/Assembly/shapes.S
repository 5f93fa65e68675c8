# Hand-written code without call frame information, in the shapes that make unwinding by guesses go wrong.
#
# The ABI asks that rbp is restored, not that it is a frame pointer. Every `shape_NAME(n, object)` is called by `via_NAME`
# alone, and calls `leaf`, or works on its own where that is said. All of them return what `leaf` returned.

	.text

	.macro	begin name
	.globl	shape_\name
	.type	shape_\name, @function
	.p2align 4
shape_\name:
	.endm
	.macro	end name
	.size	shape_\name, . - shape_\name
	.endm

begin zero	# rbp is 0 during the call: no frame pointer, and no outermost frame
	push	%rbp
	push	%rbx
	sub	$24, %rsp
	mov	%edi, %ebx
	xor	%ebp, %ebp
	mov	%ebx, %edi
	call	leaf
	cmp	$3, %ebp
	ja	1f
	add	$24, %rsp
	pop	%rbx
	pop	%rbp
	ret
1:	ud2
end zero

begin odd	# rbp is a number
	push	%rbp
	sub	$16, %rsp
	mov	$12345, %ebp
	call	leaf
	add	$16, %rsp
	pop	%rbp
	ret
end odd

begin keep	# rbp is the caller's: following it passes over the caller
	push	%rbx
	sub	$32, %rsp
	mov	%edi, %ebx
	call	leaf
	add	$32, %rsp
	pop	%rbx
	ret
end keep

begin own	# a leaf whose lowest local was not written: what lies there are return addresses of earlier calls
	push	%rbp
	mov	%rsp, %rbp
	sub	$64, %rsp
	mov	%edi, %ecx
	mov	$1, %eax
1:	imul	$1664525, %eax, %eax
	add	$7, %eax
	mov	%eax, -8(%rbp)
	dec	%ecx
	jnz	1b
	leave
	ret
end own

begin object	# rbp points to an object on the heap whose second word is a function pointer
	push	%rbp
	push	%rbx
	sub	$24, %rsp
	mov	%rsi, %rbp
	call	leaf
	add	$24, %rsp
	pop	%rbx
	pop	%rbp
	ret
end object

begin buffer	# rbp points into a buffer on the stack that looks like a frame record of someone else
	push	%rbp
	sub	$64, %rsp
	lea	48(%rsp), %rax
	mov	%rax, 16(%rsp)
	mov	16(%rsi), %rax
	mov	%rax, 24(%rsp)
	movq	$0, 48(%rsp)
	mov	%rax, 56(%rsp)
	lea	16(%rsp), %rbp
	call	leaf
	add	$64, %rsp
	pop	%rbp
	ret
end buffer

begin dead	# rbp is the address of a frame that is gone
	push	%rbp
	sub	$16, %rsp
	lea	-64(%rsp), %rbp
	call	leaf
	add	$16, %rsp
	pop	%rbp
	ret
end dead

begin above	# rbp is the frame pointer of the caller's caller
	push	%rbp
	sub	$16, %rsp
	mov	(%rbp), %rbp
	call	leaf
	add	$16, %rsp
	pop	%rbp
	ret
end above

begin bare	# no frame at all but the return address and what aligns the stack
	sub	$8, %rsp
	call	leaf
	add	$8, %rsp
	ret
end bare

begin tail	# goes on in another function, which returns to the caller
	push	%rbx
	mov	%edi, %ebx
	call	touch
	mov	%ebx, %edi
	pop	%rbx
	jmp	shape_keep
end tail

begin pointer	# the same by a pointer
	push	%rbx
	mov	%edi, %ebx
	call	touch
	mov	%ebx, %edi
	pop	%rbx
	lea	shape_bare(%rip), %rax
	jmp	*%rax
end pointer

	.type	leave_by_way_out, @function
leave_by_way_out:
	sub	$8, %rsp
	call	leaf
	mov	way_out(%rip), %rsp
	add	$8, %rsp
	pop	%rbx
	pop	%rbp
	ret
	.size	leave_by_way_out, . - leave_by_way_out

begin never	# its last instruction calls what does not return but leaves by another way; what follows is another function's
	push	%rbp
	push	%rbx
	sub	$8, %rsp
	mov	%rsp, way_out(%rip)
	call	leave_by_way_out
end never
	.type	behind_never, @function
behind_never:
	ret
	.size	behind_never, . - behind_never

begin aligned	# keeps the stack pointer below a frame of its own alignment, as kernels for vectors do
	mov	%rsp, %rax
	sub	$200, %rsp
	and	$-64, %rsp
	mov	%rax, 128(%rsp)
	call	leaf
	mov	128(%rsp), %rsp
	ret
end aligned

begin kept	# keeps the stack pointer in a register
	push	%r12
	mov	%rsp, %r12
	sub	$80, %rsp
	and	$-32, %rsp
	call	leaf
	mov	%r12, %rsp
	pop	%r12
	ret
end kept

begin variable	# a frame of a size that is known only when it runs
	push	%rbp
	mov	%rsp, %rbp
	mov	%edi, %eax
	and	$240, %eax
	add	$32, %rax
	sub	%rax, %rsp
	call	leaf
	leave
	ret
end variable

begin popping	# the callee takes its arguments off the stack
	push	%rbp
	push	$1
	push	$2
	call	take_two
	pop	%rbp
	ret
end popping
	.type	take_two, @function
take_two:
	sub	$8, %rsp
	call	leaf
	add	$8, %rsp
	ret	$16
	.size	take_two, . - take_two

begin table	# goes on by a table
	push	%rbp
	push	%rbx
	sub	$8, %rsp
	mov	%edi, %eax
	and	$1, %eax
	lea	ways(%rip), %rdx
	xor	%ebp, %ebp
	jmp	*(%rdx,%rax,8)
1:	call	leaf
	jmp	3f
2:	call	leaf
3:	add	$8, %rsp
	pop	%rbx
	pop	%rbp
	ret
	.section .data.rel.ro, "aw", @progbits
	.p2align 3
ways:	.quad	1b, 2b
	.text
end table

begin loop	# pushes in a loop, and drops all of it at once
	push	%rbx
	mov	%rsp, %rbx
	mov	$8, %eax
1:	push	%rax
	dec	%eax
	jnz	1b
	call	leaf
	mov	%rbx, %rsp
	pop	%rbx
	ret
end loop

# void switch_stack(void **from, void *to): saves what must be preserved, and goes on where `to` was saved.
	.globl	switch_stack
	.type	switch_stack, @function
	.p2align 4
switch_stack:
	push	%rbp
	push	%rbx
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	mov	%rsp, (%rdi)
	mov	%rsi, %rsp
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbx
	pop	%rbp
	ret
	.size	switch_stack, . - switch_stack

# Where a coroutine begins: nothing has called it.
	.globl	begin_coroutine
	.type	begin_coroutine, @function
begin_coroutine:
	xor	%ebp, %ebp
	call	coroutine
	ud2
	.size	begin_coroutine, . - begin_coroutine

	.local	way_out
	.comm	way_out, 8, 8
	.section .note.GNU-stack, "", @progbits
