/* What the elements that take the planes of a picture as they are agree on; and the three of their way through GL.
 *
 * A 4:2:0 picture of W x H becomes one picture of bytes: the luma on top, below it the chroma, U on the left and V on the right half. As it comes, it
 * is uploaded as grey (a byte a texel, so that the filter of the texture is the bilinear one), with one sample of black around each plane, which is what a
 * lens that looks past the picture sees; as it goes, four bytes are one RGBA texel, since a shader writes those.
 *
 * Caps on the way carry colorimetry and chroma-site of the picture as planes-colorimetry and planes-chroma-site: grey and RGBA have none of theirs.
 */
#ifndef BINOCLE_PLANES_H
#define BINOCLE_PLANES_H

#include <gst/base/gstbasetransform.h>
#include <gst/video/video.h>

#define PLANES_FORMATS "{ I420, NV12, YV12, NV21 }"
/* Samples of black beside two planes, or above and below them. */
#define PLANES_BLACK 4

#define PLANES_BLACK_CHROMA 128
#define PLANES_BLACK_LUMA(info) ((info)->colorimetry.range == GST_VIDEO_COLOR_RANGE_0_255 ? 0 : 16)

typedef struct {
	GstBaseTransform parent;
	GstVideoInfo in;
	GstVideoInfo out;
} PlanesElement;

typedef struct {
	GstBaseTransformClass parent_class;
} PlanesElementClass;

/* One side of an element, by the media type with its features. */
typedef struct {
	const gchar *features;
	const gchar *formats;
	/* Sets the size of the other side's structure from this one's; a size that is not known is left out. */
	void (*size)(GstStructure *structure);
	/* Whether the colours are named as the picture's own. */
	gboolean picture;
} PlanesSide;

/* Caps of the side `to` for those of the other one. */
GstCaps *planes_transform_caps(GstCaps *caps, GstCaps *filter, const PlanesSide *to);
gboolean planes_set_caps(GstBaseTransform *base, GstCaps *in, GstCaps *out);
gboolean planes_get_unit_size(GstBaseTransform *base, GstCaps *caps, gsize *size);

#endif
