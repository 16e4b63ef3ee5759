/* Preloaded: what the program has freed goes back to the system five times a second, so that its resident memory is what it holds, not the most it ever held.
 *
 *   gcc -shared -fPIC -o trim-heap.so trim-heap.c
 */
#include <malloc.h>
#include <pthread.h>
#include <unistd.h>

static void *trim(void *unused) {
  for (;;) {
    usleep(200000);
    malloc_trim(0);
  }
  return unused;
}

__attribute__((constructor)) static void start(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, trim, NULL);
}
