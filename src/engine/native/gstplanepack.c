/* planepack: the planes of a 4:2:0 picture as one grey picture that glupload takes as one texture (see gstplanes.h).
 *
 * It copies, into glupload's own memory where that offers some: a texture of its own for every buffer, as glupload makes it for other memory, costs
 * more; and whatever strides and offsets a camera's buffers have are left behind.
 *
 * planetexture: that grey texture by the name of RGBA, the only one that glshader takes. A shader sees the bytes as red.
 *
 * ... ! planepack ! glupload ! planetexture ! glshader ! ...
 */
#include "binocle.h"
#include "gstplanes.h"
#include <string.h>

typedef PlanesElement PlanePack;
typedef PlanesElementClass PlanePackClass;
typedef PlanesElement PlaneTexture;
typedef PlanesElementClass PlaneTextureClass;

G_DEFINE_TYPE(PlanePack, plane_pack, GST_TYPE_BASE_TRANSFORM)
G_DEFINE_TYPE(PlaneTexture, plane_texture, GST_TYPE_BASE_TRANSFORM)

static GstStaticPadTemplate pack_sink =
	GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS(GST_VIDEO_CAPS_MAKE(PLANES_FORMATS)));
static GstStaticPadTemplate pack_source =
	GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(GST_VIDEO_CAPS_MAKE("GRAY8")));
static GstStaticPadTemplate texture_sink =
	GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS,
				GST_STATIC_CAPS(GST_VIDEO_CAPS_MAKE_WITH_FEATURES("memory:GLMemory", "GRAY8")));
static GstStaticPadTemplate texture_source =
	GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS,
				GST_STATIC_CAPS(GST_VIDEO_CAPS_MAKE_WITH_FEATURES("memory:GLMemory", "RGBA")));

/* (field - before) * to / of + after; a field that is not known is left out. */
static void resize(GstStructure *structure, const gchar *field, gint before, gint to, gint of, gint after)
{
	gint size;

	if (gst_structure_get_int(structure, field, &size))
		gst_structure_set(structure, field, G_TYPE_INT, (size - before) * to / of + after, NULL);
	else
		gst_structure_remove_field(structure, field);
}

static void packed_size(GstStructure *structure)
{
	resize(structure, "width", 0, 1, 1, PLANES_BLACK);
	resize(structure, "height", 0, 3, 2, PLANES_BLACK);
}

static void picture_size(GstStructure *structure)
{
	resize(structure, "width", PLANES_BLACK, 1, 1, 0);
	resize(structure, "height", PLANES_BLACK, 2, 3, 0);
}

static void same_size(GstStructure *structure)
{
}

static const PlanesSide picture = { NULL, PLANES_FORMATS, picture_size, TRUE };
static const PlanesSide packed = { NULL, "GRAY8", packed_size, FALSE };
static const PlanesSide grey_texture = { "memory:GLMemory", "GRAY8", same_size, FALSE };
static const PlanesSide named_texture = { "memory:GLMemory", "RGBA", same_size, FALSE };

static GstCaps *pack_caps(GstBaseTransform *base, GstPadDirection direction, GstCaps *caps, GstCaps *filter)
{
	return planes_transform_caps(caps, filter, direction == GST_PAD_SINK ? &packed : &picture);
}

static GstCaps *texture_caps(GstBaseTransform *base, GstPadDirection direction, GstCaps *caps, GstCaps *filter)
{
	return planes_transform_caps(caps, filter, direction == GST_PAD_SINK ? &named_texture : &grey_texture);
}

/* Width of the chroma in samples. */
static void copy_chroma_row(const GstVideoFrame *from, gint row, guint8 *u, guint8 *v, gint width)
{
	const guint8 *us = (const guint8 *)GST_VIDEO_FRAME_COMP_DATA(from, 1) + row * GST_VIDEO_FRAME_COMP_STRIDE(from, 1);
	const guint8 *vs = (const guint8 *)GST_VIDEO_FRAME_COMP_DATA(from, 2) + row * GST_VIDEO_FRAME_COMP_STRIDE(from, 2);
	const guint8 *pairs = MIN(us, vs);
	guint8 *first = us < vs ? u : v, *second = us < vs ? v : u;
	gint x;

	if (GST_VIDEO_FRAME_COMP_PSTRIDE(from, 1) == 1) {
		memcpy(u, us, width);
		memcpy(v, vs, width);
		return;
	}
	for (x = 0; x < width; x++) {
		first[x] = pairs[2 * x];
		second[x] = pairs[2 * x + 1];
	}
}

static GstFlowReturn pack(GstBaseTransform *base, GstBuffer *input, GstBuffer *output)
{
	PlanesElement *self = (PlanesElement *)base;
	gint width = GST_VIDEO_INFO_WIDTH(&self->in), height = GST_VIDEO_INFO_HEIGHT(&self->in);
	gint whole = GST_VIDEO_INFO_WIDTH(&self->out), half = whole / 2;
	guint8 black = PLANES_BLACK_LUMA(&self->in);
	GstVideoMeta *meta = gst_buffer_get_video_meta(output);
	GstVideoFrame from, to;
	gint row, stride;
	guint8 *data;

	/* A buffer that comes back from the shader still has the name that planetexture gave it. */
	if (meta)
		meta->format = GST_VIDEO_FORMAT_GRAY8;
	if (!gst_video_frame_map(&from, &self->in, input, GST_MAP_READ))
		return GST_FLOW_ERROR;
	if (!gst_video_frame_map(&to, &self->out, output, GST_MAP_WRITE)) {
		gst_video_frame_unmap(&from);
		return GST_FLOW_ERROR;
	}
	data = GST_VIDEO_FRAME_PLANE_DATA(&to, 0);
	stride = GST_VIDEO_FRAME_PLANE_STRIDE(&to, 0);
	memset(data, black, whole);
	data += stride;
	for (row = 0; row < height; row++, data += stride) {
		data[0] = black;
		memcpy(data + 1,
		       (const guint8 *)GST_VIDEO_FRAME_PLANE_DATA(&from, 0) + row * GST_VIDEO_FRAME_PLANE_STRIDE(&from, 0), width);
		memset(data + 1 + width, black, whole - 1 - width);
	}
	memset(data, black, whole);
	data += stride;
	memset(data, PLANES_BLACK_CHROMA, whole);
	data += stride;
	for (row = 0; row < height / 2; row++, data += stride) {
		data[0] = data[half - 1] = data[half] = data[whole - 1] = PLANES_BLACK_CHROMA;
		copy_chroma_row(&from, row, data + 1, data + half + 1, half - 2);
	}
	memset(data, PLANES_BLACK_CHROMA, whole);
	gst_video_frame_unmap(&to);
	gst_video_frame_unmap(&from);
	return GST_FLOW_OK;
}

/* Strides and offsets are whatever a camera's are. */
static gboolean any_strides(GstBaseTransform *base, GstQuery *decided, GstQuery *query)
{
	gst_query_add_allocation_meta(query, GST_VIDEO_META_API_TYPE, NULL);
	return TRUE;
}

/* The texture is the same, and so is its buffer: a copy of it would never come back to its pool. */
static GstFlowReturn same_buffer(GstBaseTransform *base, GstBuffer *input, GstBuffer **output)
{
	*output = gst_buffer_is_writable(input) ? input : gst_buffer_copy(input);
	return GST_FLOW_OK;
}

static GstFlowReturn rename_texture(GstBaseTransform *base, GstBuffer *input, GstBuffer *output)
{
	GstVideoMeta *meta = gst_buffer_get_video_meta(output);

	if (meta)
		meta->format = GST_VIDEO_FORMAT_RGBA;
	return GST_FLOW_OK;
}

/* No memory of its own. */
static gboolean no_pool(GstBaseTransform *base, GstQuery *query)
{
	while (gst_query_get_n_allocation_pools(query) > 0)
		gst_query_remove_nth_allocation_pool(query, 0);
	return TRUE;
}

static void plane_pack_class_init(PlanePackClass *klass)
{
	GstBaseTransformClass *base = GST_BASE_TRANSFORM_CLASS(klass);
	GstElementClass *element = GST_ELEMENT_CLASS(klass);

	base->transform_caps = pack_caps;
	base->set_caps = planes_set_caps;
	base->get_unit_size = planes_get_unit_size;
	base->propose_allocation = any_strides;
	base->transform = pack;
	gst_element_class_add_static_pad_template(element, &pack_sink);
	gst_element_class_add_static_pad_template(element, &pack_source);
	gst_element_class_set_static_metadata(element, "Planes to one picture", "Filter/Converter/Video",
					      "Puts the planes of a 4:2:0 picture below each other in a grey one", "The Binocle authors");
}

static void plane_pack_init(PlanePack *self)
{
}

static void plane_texture_class_init(PlaneTextureClass *klass)
{
	GstBaseTransformClass *base = GST_BASE_TRANSFORM_CLASS(klass);
	GstElementClass *element = GST_ELEMENT_CLASS(klass);

	base->transform_caps = texture_caps;
	base->set_caps = planes_set_caps;
	base->get_unit_size = planes_get_unit_size;
	base->prepare_output_buffer = same_buffer;
	base->decide_allocation = no_pool;
	base->transform = rename_texture;
	gst_element_class_add_static_pad_template(element, &texture_sink);
	gst_element_class_add_static_pad_template(element, &texture_source);
	gst_element_class_set_static_metadata(element, "Grey texture for glshader", "Filter/Effect/Video",
					      "Gives a grey texture the name of RGBA, which glshader takes", "The Binocle authors");
}

static void plane_texture_init(PlaneTexture *self)
{
}

gboolean binocle_register_plane_pack(GstPlugin *plugin)
{
	return gst_element_register(plugin, "planepack", GST_RANK_NONE, plane_pack_get_type()) &&
	       gst_element_register(plugin, "planetexture", GST_RANK_NONE, plane_texture_get_type());
}
