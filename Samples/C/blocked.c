/* A thread each blocked in calls that end early when their thread is stopped, and in others; no signal is sent.
 *
 * usage: blocked [SECONDS]
 * stacks: clone…;start_thread;blocked_thread;wait_in_CALL;…, for each CALL in the list at the end, all of them blocked
 * At the end each CALL is told with how often it failed with EINTR: 0, unless somebody disturbed it. */
#define _GNU_SOURCE
#include <linux/aio_abi.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include "sample.h"

/* How long a call waits that takes a time: short enough that many begin and end in a second, long enough to be seen. */
enum { WAIT_MS = 40 };
static const struct timespec wait_time = {0, WAIT_MS * 1000000l};
static int semaphores, queue;

static int with_timeout(int socket, int option) {
  struct timeval time = {0, WAIT_MS * 1000};
  setsockopt(socket, SOL_SOCKET, option, &time, sizeof time);
  return socket;
}

static int local_socket(void) { return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0); }

/* A listening socket at a name of its own, which needs no file. */
static struct sockaddr_un listen_at(int socket, const char *name) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "perfprof-blocked-%d-%s", getpid(), name);
  bind(socket, (struct sockaddr *)&address, sizeof address);
  listen(socket, 0);
  return address;
}

#define WAIT(name) NOINLINE static long wait_in_##name(void)

WAIT(epoll_wait) {
  static int epoll = -1;
  if (epoll < 0) epoll = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event event;
  long result = epoll_wait(epoll, &event, 1, WAIT_MS);
  KEEP_FRAME();
  return result;
}
WAIT(recv) {
  static int ends[2] = {-1, -1};
  if (ends[0] < 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0) with_timeout(ends[0], SO_RCVTIMEO);
  char byte;
  long result = recv(ends[0], &byte, 1, 0);
  KEEP_FRAME();
  return result;
}
WAIT(send) {
  static int ends[2] = {-1, -1};
  static char block[1 << 16];
  if (ends[0] < 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0) with_timeout(ends[0], SO_SNDTIMEO);
  long result = send(ends[0], block, sizeof block, MSG_NOSIGNAL);
  KEEP_FRAME();
  return result;
}
WAIT(accept) {
  static int listener = -1;
  if (listener < 0) {
    listener = with_timeout(local_socket(), SO_RCVTIMEO);
    listen_at(listener, "accept");
  }
  long result = accept(listener, NULL, NULL);
  KEEP_FRAME();
  return result;
}
WAIT(connect) {
  static int listener = -1, caller;
  static struct sockaddr_un address;
  if (listener < 0) {
    listener = local_socket();
    address = listen_at(listener, "connect");
    caller = with_timeout(local_socket(), SO_SNDTIMEO);
    /* Nobody accepts: the one place in the queue is taken, and the next caller waits. */
    connect(local_socket(), (struct sockaddr *)&address, sizeof address);
  }
  long result = connect(caller, (struct sockaddr *)&address, sizeof address);
  KEEP_FRAME();
  return result;
}
WAIT(sigtimedwait) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR2);
  long result = sigtimedwait(&set, NULL, &wait_time);
  KEEP_FRAME();
  return result;
}
WAIT(semtimedop) {
  struct sembuf take = {0, -1, 0};
  long result = semtimedop(semaphores, &take, 1, &wait_time);
  KEEP_FRAME();
  return result;
}
WAIT(semop) {
  struct sembuf take = {1, -1, 0};
  long result = semop(semaphores, &take, 1);
  KEEP_FRAME();
  return result;
}
WAIT(msgrcv) {
  struct { long kind; char text[8]; } message;
  long result = msgrcv(queue, &message, sizeof message.text, 1, 0);
  KEEP_FRAME();
  return result;
}
WAIT(nanosleep) {
  struct timespec left;
  long result = nanosleep(&wait_time, &left);
  KEEP_FRAME();
  return result;
}
WAIT(poll) {
  long result = poll(NULL, 0, WAIT_MS);
  KEEP_FRAME();
  return result;
}
WAIT(select) {
  struct timeval time = {0, WAIT_MS * 1000};
  long result = select(0, NULL, NULL, NULL, &time);
  KEEP_FRAME();
  return result;
}
WAIT(futex) {
  static uint32_t word;
  long result = syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, &wait_time, NULL, 0);
  KEEP_FRAME();
  return result;
}
WAIT(io_getevents) {
  static aio_context_t context;
  if (context == 0) syscall(SYS_io_setup, 1, &context);
  struct io_event event;
  struct timespec time = wait_time;
  long result = syscall(SYS_io_getevents, context, 1l, 1l, &event, &time);
  KEEP_FRAME();
  return result;
}
WAIT(pause) {
  long result = pause();
  KEEP_FRAME();
  return result;
}

static struct waiting { const char *name; long (*wait)(void); long calls, interrupted; } list[] = {
#define ENTRY(call) {#call, wait_in_##call, 0, 0}
  ENTRY(epoll_wait), ENTRY(recv), ENTRY(send), ENTRY(accept), ENTRY(connect), ENTRY(sigtimedwait), ENTRY(semtimedop),
  ENTRY(semop), ENTRY(msgrcv), ENTRY(nanosleep), ENTRY(poll), ENTRY(select), ENTRY(futex), ENTRY(io_getevents),
  ENTRY(pause),
};
enum { COUNT = sizeof list / sizeof *list };

NOINLINE static void *blocked_thread(void *argument) {
  struct waiting *mine = argument;
  for (;;) {
    long result = mine->wait();
    mine->calls++;
    if (result < 0 && errno == EINTR) mine->interrupted++;
  }
  return NULL;
}

int main(int argc, char **argv) {
  sample_begin(argc, argv, 1);
  sigset_t set;
  sigfillset(&set);
  sigprocmask(SIG_BLOCK, &set, NULL);
  semaphores = semget(IPC_PRIVATE, 2, 0600);
  queue = msgget(IPC_PRIVATE, 0600);
  for (int index = 0; index < COUNT; index++) {
    pthread_t thread;
    pthread_create(&thread, NULL, blocked_thread, &list[index]);
  }
  sample_ready();
  while (!sample_over()) usleep(20000);
  long sum = 0;
  for (int index = 0; index < COUNT; index++) {
    printf("%s %ld of %ld\n", list[index].name, list[index].interrupted, list[index].calls);
    sum += list[index].interrupted;
  }
  semctl(semaphores, 0, IPC_RMID);
  msgctl(queue, IPC_RMID, NULL);
  return sum != 0;
}
