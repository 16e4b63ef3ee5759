/* Where each sample of a rectified plane comes from: the mathematics of shaders/ (README.md there), worked out once for every sample. */
#ifndef BINOCLE_REMAP_TABLE_H
#define BINOCLE_REMAP_TABLE_H

#include <gst/gst.h>

/* Ray, lens and camera by the names of the shaders' uniforms, in units of the picture. */
typedef struct {
	gfloat m00, m01, m02, m10, m11, m12, m20, m21, m22;
	gfloat fx, fy, cx, cy;
	gfloat k1, k2, p1, p2, k3, k4, k5, k6;
	/* OpenCV's fisheye instead of its pinhole model where it is not 0. */
	gfloat fisheye;
} RemapLens;

/* How a plane's samples stand in the captured and in the rectified picture. */
typedef struct {
	/* Pixels of both pictures. */
	gint in_width, in_height, out_width, out_height;
	/* Pixels from one sample to the next, 1 or 2, and how far a sample stands left of the middle of its pixels. */
	gint every;
	gfloat left;
	/* Of the plane that is read, which has a sample of black on each side: bytes a row and a sample. */
	gint stride, bytes;
} RemapPlane;

/* One sample: the upper left one of the four that it is made of, in bytes, and 256ths of the way to the right and the lower ones. */
typedef struct {
	guint32 at;
	guint8 x, y;
} RemapEntry;

/* Those of `uniforms`, and no lens and no move for what it does not have. */
RemapLens remap_lens(const GstStructure *uniforms);

/* Rows of `width` x `height` entries. What is not seen comes from byte 0, which is black. */
void remap_table(RemapEntry *table, gint width, gint height, const RemapLens *lens, const RemapPlane *plane);

#endif
