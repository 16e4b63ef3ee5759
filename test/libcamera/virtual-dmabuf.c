/* Lets libcamera's virtual cameras run where there is no dma-heap, and at a frame rate.
 *
 * libcamera's DmaBufAllocator opens /dev/udmabuf and turns memfds into dma-bufs (UDMABUF_CREATE). Here that device is a memfd, and the "dma-buf" of a
 * frame is a duplicate of the frame's own memfd, which can be mapped like the real one. The virtual pipeline handler maps every frame for writing when it
 * draws it and waits for nothing: that mapping waits here for the next tick of a clock, one every VIRTUAL_CAMERA_US microseconds for a frame of any camera
 * in turn, so that two cameras run at half its rate each.
 *
 *   gcc -shared -fPIC -O1 -o virtual-dmabuf.so virtual-dmabuf.c -ldl
 *   LD_PRELOAD=./virtual-dmabuf.so VIRTUAL_CAMERA_US=33333 gst-launch-1.0 libcamerasrc camera-name=Virtual0 ! fakesink
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <linux/udmabuf.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define NEXT(type, name) ((type)dlsym(RTLD_NEXT, name))

static int open_udmabuf(void)
{
	static int device = -1;

	if (device < 0)
		device = memfd_create("udmabuf", MFD_CLOEXEC);
	return dup(device);
}

#define DEFINE_OPEN(name)                                                           \
	int name(const char *path, int flags, ...)                                  \
	{                                                                           \
		va_list arguments;                                                  \
		mode_t mode;                                                        \
                                                                                    \
		va_start(arguments, flags);                                         \
		mode = va_arg(arguments, int);                                      \
		va_end(arguments);                                                  \
		if (!strcmp(path, "/dev/udmabuf"))                                  \
			return open_udmabuf();                                      \
		return NEXT(int (*)(const char *, int, ...), #name)(path, flags, mode); \
	}
DEFINE_OPEN(open)
DEFINE_OPEN(open64)

int ioctl(int fd, unsigned long request, ...)
{
	va_list arguments;
	void *argument;

	va_start(arguments, request);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	if (request == UDMABUF_CREATE)
		return dup(((struct udmabuf_create *)argument)->memfd);
	if (request == DMA_BUF_IOCTL_SYNC)
		return 0;
	return NEXT(int (*)(int, unsigned long, ...), "ioctl")(fd, request, argument);
}

static int is_frame(int protection, int fd)
{
	char link[64], target[128];
	ssize_t length;

	if (fd < 0 || !(protection & PROT_WRITE))
		return 0;
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	length = readlink(link, target, sizeof target - 1);
	if (length <= 0)
		return 0;
	target[length] = 0;
	return strstr(target, "memfd:frame-") != NULL;
}

/* Drawing takes a part of the time between two ticks, and a tick that was missed by a little is caught up, so that the mean rate holds on a busy machine.
 * Some wait there always is: libcamerasrc before libcamera 0.7 aborts when a request completes before it was put into its own queue. */
static void wait_for_tick(void)
{
	static __thread int64_t next;
	const char *microseconds = getenv("VIRTUAL_CAMERA_US");
	struct timespec now, until;
	int64_t interval, present, earliest;

	if (!microseconds)
		return;
	interval = atoi(microseconds) * INT64_C(1000);
	clock_gettime(CLOCK_MONOTONIC, &now);
	present = now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
	next += interval;
	if (next < present - 4 * interval)
		next = present + interval;
	earliest = present + interval / 3;
	until.tv_sec = (next > earliest ? next : earliest) / INT64_C(1000000000);
	until.tv_nsec = (next > earliest ? next : earliest) % INT64_C(1000000000);
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

#define DEFINE_MMAP(name)                                                                                   \
	void *name(void *address, size_t length, int protection, int flags, int fd, off_t offset)           \
	{                                                                                                   \
		if (is_frame(protection, fd))                                                               \
			wait_for_tick();                                                                    \
		return NEXT(void *(*)(void *, size_t, int, int, int, off_t), #name)(address, length, protection, flags, fd, offset); \
	}
DEFINE_MMAP(mmap)
DEFINE_MMAP(mmap64)
