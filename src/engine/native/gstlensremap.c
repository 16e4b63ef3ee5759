/* lensremap: rectifies a 4:2:0 picture on the processor, from a table of where each sample comes from.
 *
 * It draws what shaders/planes.frag draws, of the same uniforms, for where GL is drawn by the processor or is not there at all: the lens is worked out when
 * it changes (remap-table.c) and not for every frame, and nothing is handed to another thread. Bilinear, black all around, as OpenCV's remap with
 * BORDER_CONSTANT. The picture is first copied into planes that have that black, so that no sample has to ask whether it is inside.
 *
 * `uniforms` (live, from the next frame on) has the names of shaders/README.md and `fisheye`; what is not given is that of no lens and no move.
 *
 * ... ! video/x-raw,format=NV12 ! lensremap uniforms="rectify,m02=(float)0.1" ! video/x-raw,format=NV12,width=640,height=480 ! ...
 */
#include "binocle.h"
#include "gstplanes.h"
#include "remap-table.h"
#include <gst/video/gstvideofilter.h>
#include <string.h>

/* Samples with black around them, and where each one of the output comes from in them. */
typedef struct {
	guint8 *samples;
	gint stride, rows;
	RemapEntry *table;
	gint width, height;
} Remapped;

typedef struct {
	GstVideoFilter parent;
	/* Luma, and both of the chroma's samples by turns, in the order of the input. */
	Remapped luma, chroma;
	/* Under the object's lock. */
	GstStructure *uniforms;
	gboolean stale;
} LensRemap;

typedef struct {
	GstVideoFilterClass parent_class;
} LensRemapClass;

enum { PROP_0, PROP_UNIFORMS };

G_DEFINE_TYPE(LensRemap, lens_remap, GST_TYPE_VIDEO_FILTER)

static GstStaticPadTemplate sink =
	GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS(GST_VIDEO_CAPS_MAKE(PLANES_FORMATS)));
static GstStaticPadTemplate source =
	GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(GST_VIDEO_CAPS_MAKE(PLANES_FORMATS)));

/* Any size and any order of the planes; colours and the place of the chroma stay. */
static GstCaps *transform_caps(GstBaseTransform *base, GstPadDirection direction, GstCaps *caps, GstCaps *filter)
{
	GstCaps *any = gst_static_pad_template_get_caps(&sink), *result = gst_caps_new_empty();
	const GValue *formats = gst_structure_get_value(gst_caps_get_structure(any, 0), "format");
	guint i;

	for (i = 0; i < gst_caps_get_size(caps); i++) {
		GstStructure *structure = gst_structure_copy(gst_caps_get_structure(caps, i));

		gst_structure_set(structure, "width", GST_TYPE_INT_RANGE, 1, G_MAXINT, "height", GST_TYPE_INT_RANGE, 1, G_MAXINT, NULL);
		gst_structure_set_value(structure, "format", formats);
		gst_caps_append_structure(result, structure);
	}
	gst_caps_unref(any);
	return binocle_filtered(result, filter);
}

/* What nobody asks for otherwise stays as it is. */
static GstCaps *fixate_caps(GstBaseTransform *base, GstPadDirection direction, GstCaps *caps, GstCaps *other)
{
	GstStructure *from = gst_caps_get_structure(caps, 0), *to;
	gint width, height;

	other = gst_caps_make_writable(gst_caps_truncate(other));
	to = gst_caps_get_structure(other, 0);
	if (gst_structure_get_int(from, "width", &width))
		gst_structure_fixate_field_nearest_int(to, "width", width);
	if (gst_structure_get_int(from, "height", &height))
		gst_structure_fixate_field_nearest_int(to, "height", height);
	if (gst_structure_get_string(from, "format"))
		gst_structure_fixate_field_string(to, "format", gst_structure_get_string(from, "format"));
	return gst_caps_fixate(other);
}

static void clear(Remapped *plane)
{
	g_clear_pointer(&plane->samples, g_free);
	g_clear_pointer(&plane->table, g_free);
}

static void prepare(Remapped *plane, const GstVideoInfo *in, const GstVideoInfo *out, gint component, gint bytes, guint8 black)
{
	clear(plane);
	plane->stride = (GST_VIDEO_INFO_COMP_WIDTH(in, component) + 2) * bytes;
	plane->rows = GST_VIDEO_INFO_COMP_HEIGHT(in, component);
	plane->samples = g_malloc((gsize)plane->stride * (plane->rows + 2));
	memset(plane->samples, black, (gsize)plane->stride * (plane->rows + 2));
	plane->width = GST_VIDEO_INFO_COMP_WIDTH(out, component);
	plane->height = GST_VIDEO_INFO_COMP_HEIGHT(out, component);
	plane->table = g_new(RemapEntry, (gsize)plane->width * plane->height);
}

static gboolean set_info(GstVideoFilter *filter, GstCaps *in_caps, GstVideoInfo *in, GstCaps *out_caps, GstVideoInfo *out)
{
	LensRemap *self = (LensRemap *)filter;

	prepare(&self->luma, in, out, 0, 1, PLANES_BLACK_LUMA(in));
	prepare(&self->chroma, in, out, 1, 2, PLANES_BLACK_CHROMA);
	GST_OBJECT_LOCK(self);
	self->stale = TRUE;
	GST_OBJECT_UNLOCK(self);
	return TRUE;
}

static void look_up(LensRemap *self, const RemapLens *lens)
{
	const GstVideoInfo *in = &self->parent.in_info, *out = &self->parent.out_info;
	RemapPlane plane = {
		.in_width = GST_VIDEO_INFO_WIDTH(in),
		.in_height = GST_VIDEO_INFO_HEIGHT(in),
		.out_width = GST_VIDEO_INFO_WIDTH(out),
		.out_height = GST_VIDEO_INFO_HEIGHT(out),
		.every = 1,
		.stride = self->luma.stride,
		.bytes = 1,
	};

	remap_table(self->luma.table, self->luma.width, self->luma.height, lens, &plane);
	plane.every = 2;
	plane.left = in->chroma_site & GST_VIDEO_CHROMA_SITE_H_COSITED ? 0.5f : 0;
	plane.stride = self->chroma.stride;
	plane.bytes = 2;
	remap_table(self->chroma.table, self->chroma.width, self->chroma.height, lens, &plane);
}

static guint8 *component_row(GstVideoFrame *frame, gint component, gint row)
{
	return (guint8 *)GST_VIDEO_FRAME_COMP_DATA(frame, component) + row * GST_VIDEO_FRAME_COMP_STRIDE(frame, component);
}

/* Which component of the chroma comes first in the buffer: 1 is U, 2 is V. */
static gint first_chroma(GstVideoFrame *frame)
{
	return GST_VIDEO_FRAME_COMP_DATA(frame, 1) < GST_VIDEO_FRAME_COMP_DATA(frame, 2) ? 1 : 2;
}

static void take_in(LensRemap *self, GstVideoFrame *from)
{
	gint width = GST_VIDEO_FRAME_COMP_WIDTH(from, 0), half = GST_VIDEO_FRAME_COMP_WIDTH(from, 1), row, x;
	gint first = first_chroma(from);

	for (row = 0; row < self->luma.rows; row++)
		memcpy(self->luma.samples + (row + 1) * self->luma.stride + 1, component_row(from, 0, row), width);
	for (row = 0; row < self->chroma.rows; row++) {
		guint8 *pairs = self->chroma.samples + (row + 1) * self->chroma.stride + 2;
		const guint8 *one = component_row(from, first, row), *other = component_row(from, 3 - first, row);

		if (GST_VIDEO_FRAME_COMP_PSTRIDE(from, 1) == 2)
			memcpy(pairs, one, 2 * half);
		else
			for (x = 0; x < half; x++) {
				pairs[2 * x] = one[x];
				pairs[2 * x + 1] = other[x];
			}
	}
}

/* Of four samples, `right` bytes beside and `below` bytes under each other. */
static inline guint8 bilinear(const guint8 *at, gint right, gint below, RemapEntry entry)
{
	gint upper = at[0] * 256 + (at[right] - at[0]) * entry.x;
	gint lower = at[below] * 256 + (at[below + right] - at[below]) * entry.x;

	return (upper * 256 + (lower - upper) * entry.y + 32768) >> 16;
}

static void draw_luma(const Remapped *plane, GstVideoFrame *to)
{
	const RemapEntry *entry = plane->table;
	gint row, x;

	for (row = 0; row < plane->height; row++) {
		guint8 *out = component_row(to, 0, row);

		for (x = 0; x < plane->width; x++, entry++)
			out[x] = bilinear(plane->samples + entry->at, 1, plane->stride, *entry);
	}
}

static void draw_chroma(const Remapped *plane, GstVideoFrame *to, gint first)
{
	const RemapEntry *entry = plane->table;
	gint row, x, step = GST_VIDEO_FRAME_COMP_PSTRIDE(to, 1);

	for (row = 0; row < plane->height; row++) {
		guint8 *one = component_row(to, first, row), *other = component_row(to, 3 - first, row);

		for (x = 0; x < plane->width; x++, entry++) {
			one[x * step] = bilinear(plane->samples + entry->at, 2, plane->stride, *entry);
			other[x * step] = bilinear(plane->samples + entry->at + 1, 2, plane->stride, *entry);
		}
	}
}

static GstFlowReturn transform_frame(GstVideoFilter *filter, GstVideoFrame *from, GstVideoFrame *to)
{
	LensRemap *self = (LensRemap *)filter;
	RemapLens lens;
	gboolean stale;

	GST_OBJECT_LOCK(self);
	if ((stale = self->stale))
		lens = remap_lens(self->uniforms);
	self->stale = FALSE;
	GST_OBJECT_UNLOCK(self);
	if (stale)
		look_up(self, &lens);
	take_in(self, from);
	draw_luma(&self->luma, to);
	draw_chroma(&self->chroma, to, first_chroma(from));
	return GST_FLOW_OK;
}

static void set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
	LensRemap *self = (LensRemap *)object;

	if (id != PROP_UNIFORMS) {
		G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
		return;
	}
	GST_OBJECT_LOCK(self);
	g_clear_pointer(&self->uniforms, gst_structure_free);
	self->uniforms = g_value_dup_boxed(value);
	self->stale = TRUE;
	GST_OBJECT_UNLOCK(self);
}

static void get_property(GObject *object, guint id, GValue *value, GParamSpec *spec)
{
	LensRemap *self = (LensRemap *)object;

	if (id != PROP_UNIFORMS) {
		G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
		return;
	}
	GST_OBJECT_LOCK(self);
	g_value_set_boxed(value, self->uniforms);
	GST_OBJECT_UNLOCK(self);
}

static gboolean stop(GstBaseTransform *base)
{
	LensRemap *self = (LensRemap *)base;

	clear(&self->luma);
	clear(&self->chroma);
	return TRUE;
}

static void finalize(GObject *object)
{
	LensRemap *self = (LensRemap *)object;

	g_clear_pointer(&self->uniforms, gst_structure_free);
	G_OBJECT_CLASS(lens_remap_parent_class)->finalize(object);
}

static void lens_remap_class_init(LensRemapClass *klass)
{
	GObjectClass *object = G_OBJECT_CLASS(klass);
	GstElementClass *element = GST_ELEMENT_CLASS(klass);
	GstBaseTransformClass *base = GST_BASE_TRANSFORM_CLASS(klass);
	GstVideoFilterClass *filter = GST_VIDEO_FILTER_CLASS(klass);

	object->set_property = set_property;
	object->get_property = get_property;
	object->finalize = finalize;
	base->transform_caps = transform_caps;
	base->fixate_caps = fixate_caps;
	base->stop = stop;
	filter->set_info = set_info;
	filter->transform_frame = transform_frame;
	g_object_class_install_property(
		object, PROP_UNIFORMS,
		g_param_spec_boxed("uniforms", "Uniforms", "Ray, lens and camera, as the shaders of the package have them",
				   GST_TYPE_STRUCTURE,
				   G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING | GST_PARAM_CONTROLLABLE));
	gst_element_class_add_static_pad_template(element, &sink);
	gst_element_class_add_static_pad_template(element, &source);
	gst_element_class_set_static_metadata(element, "Rectification by a table", "Filter/Effect/Video",
					      "Corrects lens and alignment of a 4:2:0 picture on the processor", "The Binocle authors");
}

static void lens_remap_init(LensRemap *self)
{
}

gboolean binocle_register_lens_remap(GstPlugin *plugin)
{
	return gst_element_register(plugin, "lensremap", GST_RANK_NONE, lens_remap_get_type());
}
