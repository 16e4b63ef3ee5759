/* planeunpack: the planes that a shader wrote into RGBA texels, four bytes each, as a 4:2:0 picture (see gstplanes.h).
 *
 * The texels are W / 4 wide, rounded up to an even number, and 3 H / 2 high. It copies, and with that waits for the download; the texture
 * is free for the next frame, and strides are whatever comes after likes.
 *
 * ... ! glshader ! video/x-raw(memory:GLMemory),width=160,height=720 ! gldownload ! planeunpack ! video/x-raw,format=NV12,width=640,height=480 ! ...
 */
#include "binocle.h"
#include "gstplanes.h"
#include <string.h>

typedef PlanesElement PlaneUnpack;
typedef PlanesElementClass PlaneUnpackClass;

G_DEFINE_TYPE(PlaneUnpack, plane_unpack, GST_TYPE_BASE_TRANSFORM)

static GstStaticPadTemplate sink =
	GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS(GST_VIDEO_CAPS_MAKE("RGBA")));
static GstStaticPadTemplate source =
	GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(GST_VIDEO_CAPS_MAKE(PLANES_FORMATS)));

static void texels_size(GstStructure *structure)
{
	gint width, height;

	if (gst_structure_get_int(structure, "width", &width))
		gst_structure_set(structure, "width", G_TYPE_INT, GST_ROUND_UP_8(width) / 4, NULL);
	else
		gst_structure_remove_field(structure, "width");
	if (gst_structure_get_int(structure, "height", &height))
		gst_structure_set(structure, "height", G_TYPE_INT, height * 3 / 2, NULL);
	else
		gst_structure_remove_field(structure, "height");
}

static void picture_size(GstStructure *structure)
{
	gint width, height;

	if (gst_structure_get_int(structure, "width", &width))
		gst_structure_set(structure, "width", GST_TYPE_INT_RANGE, MAX(1, width * 4 - 6), width * 4, NULL);
	else
		gst_structure_remove_field(structure, "width");
	if (gst_structure_get_int(structure, "height", &height))
		gst_structure_set(structure, "height", G_TYPE_INT, height * 2 / 3, NULL);
	else
		gst_structure_remove_field(structure, "height");
}

static const PlanesSide texels = { NULL, "RGBA", texels_size, FALSE };
static const PlanesSide picture = { NULL, PLANES_FORMATS, picture_size, TRUE };

static GstCaps *transform_caps(GstBaseTransform *base, GstPadDirection direction, GstCaps *caps, GstCaps *filter)
{
	return planes_transform_caps(caps, filter, direction == GST_PAD_SINK ? &picture : &texels);
}

static void copy_chroma_row(GstVideoFrame *to, gint row, const guint8 *u, const guint8 *v, gint width)
{
	guint8 *ud = (guint8 *)GST_VIDEO_FRAME_COMP_DATA(to, 1) + row * GST_VIDEO_FRAME_COMP_STRIDE(to, 1);
	guint8 *vd = (guint8 *)GST_VIDEO_FRAME_COMP_DATA(to, 2) + row * GST_VIDEO_FRAME_COMP_STRIDE(to, 2);
	guint8 *pairs = MIN(ud, vd);
	const guint8 *first = ud < vd ? u : v, *second = ud < vd ? v : u;
	gint x;

	if (GST_VIDEO_FRAME_COMP_PSTRIDE(to, 1) == 1) {
		memcpy(ud, u, width);
		memcpy(vd, v, width);
		return;
	}
	for (x = 0; x < width; x++) {
		pairs[2 * x] = first[x];
		pairs[2 * x + 1] = second[x];
	}
}

static GstFlowReturn unpack(GstBaseTransform *base, GstBuffer *input, GstBuffer *output)
{
	PlanesElement *self = (PlanesElement *)base;
	gint width = GST_VIDEO_INFO_WIDTH(&self->out), height = GST_VIDEO_INFO_HEIGHT(&self->out);
	GstVideoFrame from, to;
	const guint8 *data;
	gint row, stride, half;

	if (!gst_video_frame_map(&from, &self->in, input, GST_MAP_READ))
		return GST_FLOW_ERROR;
	if (!gst_video_frame_map(&to, &self->out, output, GST_MAP_WRITE)) {
		gst_video_frame_unmap(&from);
		return GST_FLOW_ERROR;
	}
	data = GST_VIDEO_FRAME_PLANE_DATA(&from, 0);
	stride = GST_VIDEO_FRAME_PLANE_STRIDE(&from, 0);
	half = GST_VIDEO_INFO_WIDTH(&self->in) * 2;
	for (row = 0; row < height; row++, data += stride)
		memcpy((guint8 *)GST_VIDEO_FRAME_PLANE_DATA(&to, 0) + row * GST_VIDEO_FRAME_PLANE_STRIDE(&to, 0), data, width);
	for (row = 0; row < height / 2; row++, data += stride)
		copy_chroma_row(&to, row, data, data + half, width / 2);
	gst_video_frame_unmap(&to);
	gst_video_frame_unmap(&from);
	return GST_FLOW_OK;
}

static void plane_unpack_class_init(PlaneUnpackClass *klass)
{
	GstBaseTransformClass *base = GST_BASE_TRANSFORM_CLASS(klass);
	GstElementClass *element = GST_ELEMENT_CLASS(klass);

	base->transform_caps = transform_caps;
	base->set_caps = planes_set_caps;
	base->get_unit_size = planes_get_unit_size;
	base->transform = unpack;
	gst_element_class_add_static_pad_template(element, &sink);
	gst_element_class_add_static_pad_template(element, &source);
	gst_element_class_set_static_metadata(element, "One picture to planes", "Filter/Converter/Video",
					      "Makes a 4:2:0 picture of the planes that a shader wrote as RGBA texels", "The Binocle authors");
}

static void plane_unpack_init(PlaneUnpack *self)
{
}

gboolean binocle_register_plane_unpack(GstPlugin *plugin)
{
	return gst_element_register(plugin, "planeunpack", GST_RANK_NONE, plane_unpack_get_type());
}
