/* Moves the clock of the process it is loaded into (LD_PRELOAD): CLOCK_REALTIME is as many seconds off as the file named by
 * TFO_CLOCK says, from one call to the next. CLOCK_MONOTONIC stays, as it does when somebody sets the time of a machine. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static const volatile long *seconds;

__attribute__((constructor)) static void start(void) {
  const char *path = getenv("TFO_CLOCK");
  int file = path ? open(path, O_RDONLY) : -1;
  void *map = file < 0 ? MAP_FAILED : mmap(NULL, sizeof *seconds, PROT_READ, MAP_SHARED, file, 0);
  if (map != MAP_FAILED) seconds = map;
  if (file >= 0) close(file);
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  static int (*original)(clockid_t, struct timespec *);
  if (!original) original = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
  int failed = original(clock, time);
  if (!failed && clock == CLOCK_REALTIME && seconds) time->tv_sec += *seconds;
  return failed;
}
