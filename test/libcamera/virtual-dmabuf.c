/* Lets libcamera's virtual cameras run where there is no dma-heap, and at a frame rate.
 *
 * libcamera's DmaBufAllocator opens /dev/udmabuf and turns memfds into dma-bufs (UDMABUF_CREATE). Here that device is a memfd, and the "dma-buf" of a
 * frame is a duplicate of the frame's own memfd, which can be mapped like the real one. The virtual pipeline handler maps every frame for writing when it
 * draws it and waits for nothing: a pause in that mapping, VIRTUAL_CAMERA_US microseconds for each frame of any camera, is its clock.
 *
 *   gcc -shared -fPIC -O1 -o virtual-dmabuf.so virtual-dmabuf.c -ldl
 *   LD_PRELOAD=./virtual-dmabuf.so VIRTUAL_CAMERA_US=16000 gst-launch-1.0 libcamerasrc camera-name=Virtual0 ! fakesink
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <linux/udmabuf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
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

static void pace(int protection, int fd)
{
	const char *interval = getenv("VIRTUAL_CAMERA_US");
	char link[64], target[128];
	ssize_t length;

	if (!interval || fd < 0 || !(protection & PROT_WRITE))
		return;
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	length = readlink(link, target, sizeof target - 1);
	if (length <= 0)
		return;
	target[length] = 0;
	if (strstr(target, "memfd:frame-"))
		usleep(atoi(interval));
}

#define DEFINE_MMAP(name)                                                                                   \
	void *name(void *address, size_t length, int protection, int flags, int fd, off_t offset)           \
	{                                                                                                   \
		pace(protection, fd);                                                                       \
		return NEXT(void *(*)(void *, size_t, int, int, int, off_t), #name)(address, length, protection, flags, fd, offset); \
	}
DEFINE_MMAP(mmap)
DEFINE_MMAP(mmap64)
