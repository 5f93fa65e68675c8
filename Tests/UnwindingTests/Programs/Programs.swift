/// C programs that end in SIGSTOP at a place where the stack is known.
enum Programs {
  static func recursion(depth: Int) -> String {
    """
    #include <signal.h>
    __attribute__((noinline, noclone)) int down(int n) {
      if (n == 0) { raise(SIGSTOP); return 1; }
      return down(n - 1) + n;
    }
    int main(void) { return down(\(depth)) & 1; }
    """
  }

  private static let fault = """
    #define _GNU_SOURCE
    #include <signal.h>
    #include <stdlib.h>
    #include <string.h>
    #include <sys/syscall.h>
    #include <unistd.h>
    static void handler(int number) { raise(SIGSTOP); _exit(number); }
    __attribute__((noinline, noclone)) int crash(volatile int *where) { return *where + 1; }
    __attribute__((noinline, noclone)) int outer(volatile int *where) { return crash(where) + 2; }

    """

  static let faultHandler =
    fault + """
      int main(void) { signal(SIGSEGV, handler); return outer((volatile int *)8); }
      """

  static let faultHandlerOnOwnStack =
    fault + """
      int main(void) {
        stack_t stack = {.ss_sp = malloc(1 << 16), .ss_size = 1 << 16};
        sigaltstack(&stack, 0);
        struct sigaction action = {.sa_handler = handler, .sa_flags = SA_ONSTACK};
        sigaction(SIGSEGV, &action, 0);
        return outer((volatile int *)8);
      }
      """

  /// A trampoline of its own, without unwind information.
  static let bareRestorer =
    fault + """
      extern char restorer[];
      __asm__(".text\\n.type restorer, @function\\nrestorer: mov $15, %rax\\n syscall\\n.size restorer, .-restorer\\n");
      struct kernel_action { void *handler; unsigned long flags; void *restorer; unsigned long mask; };
      int main(void) {
        struct kernel_action action = {handler, 0x04000000, restorer, 0};
        syscall(SYS_rt_sigaction, SIGSEGV, &action, 0, 8);
        return outer((volatile int *)8);
      }
      """

  static let coroutine = """
    #include <signal.h>
    #include <stdlib.h>
    #include <ucontext.h>
    static ucontext_t home, away;
    __attribute__((noinline, noclone)) int inside(void) { raise(SIGSTOP); return 1; }
    static void coroutine(void) { volatile int sum = inside(); sum++; }
    int main(void) {
      getcontext(&away);
      away.uc_stack.ss_sp = malloc(1 << 16);
      away.uc_stack.ss_size = 1 << 16;
      away.uc_link = &home;
      makecontext(&away, coroutine, 0);
      return swapcontext(&home, &away);
    }
    """

  static let thread = """
    #include <pthread.h>
    #include <signal.h>
    __attribute__((noinline, noclone)) int inside(void) { raise(SIGSTOP); return 1; }
    void *start_here(void *argument) { volatile int sum = inside(); sum++; return argument; }
    int main(void) {
      pthread_t thread;
      pthread_create(&thread, 0, start_here, 0);
      return pthread_join(thread, 0);
    }
    """

  /// Spoils the frame pointer, so that nothing leads out of code without unwind information.
  static let noFramePointer = """
    #include <signal.h>
    #include <sys/syscall.h>
    #include <unistd.h>
    __attribute__((noinline, noclone)) int inside(int n) {
      register long spoiled __asm__("rbp") = 12345;
      __asm__ volatile("" : "+r"(spoiled));
      long result;
      long pid = getpid();
      __asm__ volatile("syscall" : "=a"(result) : "0"(SYS_kill), "D"(pid), "S"(SIGSTOP), "r"(spoiled) : "rcx", "r11", "memory");
      __asm__ volatile("" : "+r"(spoiled));
      return result + n + spoiled;
    }
    int main(int count, char **arguments) { return inside(count) + 1; }
    """

  /// Stops in a function that never returns, without a frame pointer: it is called by a pointer and leaves by `exit`.
  static let noWayOut = """
    #include <signal.h>
    #include <sys/syscall.h>
    #include <unistd.h>
    __attribute__((noinline, noclone)) void inside(int n) {
      for (;;) {
        register long spoiled __asm__("rbp") = n;
        __asm__ volatile("" : "+r"(spoiled));
        long result, pid = getpid();
        __asm__ volatile("syscall" : "=a"(result) : "0"(SYS_kill), "D"(pid), "S"(SIGSTOP), "r"(spoiled) : "rcx", "r11", "memory");
        __asm__ volatile("" : "+r"(spoiled));
      }
    }
    void (*volatile pointer)(int) = inside;
    int main(int count, char **arguments) { pointer(count); return 1; }
    """

  /// Calls `target` through code that it has just made: push rbp; mov rbp, rsp; call rdi; pop rbp; ret.
  static let generatedCode = """
    #include <signal.h>
    #include <string.h>
    #include <sys/mman.h>
    int target(void) { raise(SIGSTOP); return 1; }
    int main(void) {
      unsigned char code[] = {0x55, 0x48, 0x89, 0xE5, 0xFF, 0xD7, 0x5D, 0xC3};
      char *page = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      memcpy(page, code, sizeof code);
      mprotect(page, 4096, PROT_READ | PROT_EXEC);
      return ((int (*)(void *))page)(target) + 1;
    }
    """

  /// A child of `vfork` opens the pipe that is named on the command line, and waits for ever.
  static let vforkChild = """
    #include <fcntl.h>
    #include <unistd.h>
    __attribute__((noinline, noclone)) void in_child(const char *path) {
      open(path, O_WRONLY);
      for (;;) pause();
    }
    int main(int count, char **arguments) {
      if (vfork() == 0) in_child(arguments[1]);
      return 0;
    }
    """

  static let callToNowhere = """
    #include <signal.h>
    #include <unistd.h>
    static void handler(int number) { raise(SIGSTOP); _exit(number); }
    __attribute__((noinline, noclone)) int wild(int (*volatile function)(void)) { return function() + 1; }
    int main(void) { signal(SIGSEGV, handler); return wild(0) + 1; }
    """
}
