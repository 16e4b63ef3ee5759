/* capturestamp: writes into each picture when it was captured and by which eye, in blocks that compression, scaling to the same size and a gentle lens leave
 * readable: two rows of 21 cells of 16 x 16 pixels in the middle. In reading order: white, black, the eye (right is 1), 31 bits of the capture time in
 * microseconds, 8 bits of CRC-8 (polynomial 0x07) over the 32 before. The capture time is CLOCK_MONOTONIC: base time + running time of the PTS.
 *
 * It can also misbehave as a camera does: `late-by` holds every frame back, `gap-every` and `gap-for` leave frames out for a while.
 *
 * videotestsrc is-live=true ! video/x-raw,format=I420 ! capturestamp eye=right ! ...
 */
#include <gst/base/gstbasetransform.h>
#include <gst/video/gstvideofilter.h>
#include <gst/video/video.h>

#define CELL 16
#define COLUMNS 21
#define ROWS 2
#define TIME_BITS 31

typedef struct {
	GstVideoFilter parent;
	gint eye;
	guint64 late_by;
	guint64 gap_every;
	guint64 gap_for;
} CaptureStamp;

typedef struct {
	GstVideoFilterClass parent_class;
} CaptureStampClass;

enum { PROP_EYE = 1, PROP_LATE_BY, PROP_GAP_EVERY, PROP_GAP_FOR };

#define FORMATS GST_VIDEO_CAPS_MAKE("{ I420, YV12, NV12, NV21, GRAY8 }")
static GstStaticPadTemplate sink = GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS(FORMATS));
static GstStaticPadTemplate source = GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(FORMATS));

G_DEFINE_TYPE(CaptureStamp, capture_stamp, GST_TYPE_VIDEO_FILTER)

static GType eye_type(void)
{
	static gsize type = 0;
	static const GEnumValue values[] = { { 0, "Left", "left" }, { 1, "Right", "right" }, { 0, NULL, NULL } };

	if (g_once_init_enter(&type))
		g_once_init_leave(&type, g_enum_register_static("CaptureStampEye", values));
	return type;
}

static guint8 crc8(guint32 word)
{
	guint8 crc = 0;
	gint byte, bit;

	for (byte = 3; byte >= 0; byte--) {
		crc ^= word >> (8 * byte);
		for (bit = 0; bit < 8; bit++)
			crc = crc & 0x80 ? (crc << 1) ^ 0x07 : crc << 1;
	}
	return crc;
}

static GstClockTime captured(CaptureStamp *self, GstBuffer *buffer)
{
	GstSegment *segment = &GST_BASE_TRANSFORM(self)->segment;

	return gst_element_get_base_time(GST_ELEMENT(self)) +
	       gst_segment_to_running_time(segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
}

static GstFlowReturn transform_frame_ip(GstVideoFilter *filter, GstVideoFrame *frame)
{
	CaptureStamp *self = (CaptureStamp *)filter;
	gint stride = GST_VIDEO_FRAME_PLANE_STRIDE(frame, 0);
	gint left = (GST_VIDEO_FRAME_WIDTH(frame) - COLUMNS * CELL) / 2 / CELL * CELL;
	gint top = (GST_VIDEO_FRAME_HEIGHT(frame) - ROWS * CELL) / 2 / CELL * CELL;
	guint8 *luma = (guint8 *)GST_VIDEO_FRAME_PLANE_DATA(frame, 0) + top * stride + left;
	guint32 time = captured(self, frame->buffer) / GST_USECOND & ((1u << TIME_BITS) - 1);
	guint32 word = (guint32)self->eye << TIME_BITS | time;
	guint64 bits = (guint64)2 << 40 | (guint64)word << 8 | crc8(word);
	gint cell, row;

	if (left < 0 || top < 0) {
		GST_ELEMENT_ERROR(self, STREAM, FORMAT, ("The picture is too small for a stamp."),
				  ("it needs %d x %d", COLUMNS * CELL, ROWS * CELL));
		return GST_FLOW_ERROR;
	}
	for (cell = 0; cell < COLUMNS * ROWS; cell++) {
		guint8 *corner = luma + cell / COLUMNS * CELL * stride + cell % COLUMNS * CELL;
		guint8 light = bits >> (COLUMNS * ROWS - 1 - cell) & 1 ? 235 : 16;

		for (row = 0; row < CELL; row++)
			memset(corner + row * stride, light, CELL);
	}
	return GST_FLOW_OK;
}

/* Before the picture is touched: a frame that the camera would not have delivered, or not yet. */
static void before_transform(GstBaseTransform *base, GstBuffer *buffer)
{
	CaptureStamp *self = (CaptureStamp *)base;
	GstClock *clock;

	if (self->late_by == 0 || !(clock = gst_element_get_clock(GST_ELEMENT(self))))
		return;
	GstClockID wait = gst_clock_new_single_shot_id(clock, captured(self, buffer) + self->late_by);
	gst_clock_id_wait(wait, NULL);
	gst_clock_id_unref(wait);
	gst_object_unref(clock);
}

static GstFlowReturn generate_output(GstBaseTransform *base, GstBuffer **output)
{
	CaptureStamp *self = (CaptureStamp *)base;
	GstFlowReturn flow = GST_BASE_TRANSFORM_CLASS(capture_stamp_parent_class)->generate_output(base, output);

	if (flow == GST_FLOW_OK && *output && self->gap_every > 0 && GST_BUFFER_PTS(*output) > self->gap_every &&
	    GST_BUFFER_PTS(*output) % self->gap_every < self->gap_for) {
		gst_clear_buffer(output);
		return GST_BASE_TRANSFORM_FLOW_DROPPED;
	}
	return flow;
}

static void set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
	CaptureStamp *self = (CaptureStamp *)object;

	switch (id) {
	case PROP_EYE: self->eye = g_value_get_enum(value); break;
	case PROP_LATE_BY: self->late_by = g_value_get_uint64(value); break;
	case PROP_GAP_EVERY: self->gap_every = g_value_get_uint64(value); break;
	case PROP_GAP_FOR: self->gap_for = g_value_get_uint64(value); break;
	default: G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
	}
}

static void get_property(GObject *object, guint id, GValue *value, GParamSpec *spec)
{
	CaptureStamp *self = (CaptureStamp *)object;

	switch (id) {
	case PROP_EYE: g_value_set_enum(value, self->eye); break;
	case PROP_LATE_BY: g_value_set_uint64(value, self->late_by); break;
	case PROP_GAP_EVERY: g_value_set_uint64(value, self->gap_every); break;
	case PROP_GAP_FOR: g_value_set_uint64(value, self->gap_for); break;
	default: G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
	}
}

static void capture_stamp_class_init(CaptureStampClass *klass)
{
	GObjectClass *object = G_OBJECT_CLASS(klass);
	GstElementClass *element = GST_ELEMENT_CLASS(klass);
	GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

	object->set_property = set_property;
	object->get_property = get_property;
	g_object_class_install_property(object, PROP_EYE, g_param_spec_enum("eye", "eye", "Whose picture it is", eye_type(), 0, flags));
	g_object_class_install_property(
		object, PROP_LATE_BY,
		g_param_spec_uint64("late-by", "late by", "Frames leave this long after their capture, ns", 0, GST_SECOND, 0, flags));
	g_object_class_install_property(
		object, PROP_GAP_EVERY,
		g_param_spec_uint64("gap-every", "gap every", "Frames are left out after each multiple of this, ns; 0: never", 0,
				    G_MAXUINT64, 0, flags));
	g_object_class_install_property(
		object, PROP_GAP_FOR, g_param_spec_uint64("gap-for", "gap for", "How long frames are left out, ns", 0, G_MAXUINT64, 0, flags));
	gst_element_class_add_static_pad_template(element, &sink);
	gst_element_class_add_static_pad_template(element, &source);
	gst_element_class_set_static_metadata(element, "Capture stamp", "Filter/Effect/Video",
					      "Writes its capture time into the picture", "The Binocle authors");
	GST_BASE_TRANSFORM_CLASS(klass)->before_transform = before_transform;
	GST_BASE_TRANSFORM_CLASS(klass)->generate_output = generate_output;
	GST_VIDEO_FILTER_CLASS(klass)->transform_frame_ip = transform_frame_ip;
}

static void capture_stamp_init(CaptureStamp *self)
{
	(void)self;
}

static gboolean plugin_init(GstPlugin *plugin)
{
	return gst_element_register(plugin, "capturestamp", GST_RANK_NONE, capture_stamp_get_type());
}

#define PACKAGE "binocle"
GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, binoclebench, "A camera that tells when it saw what", plugin_init, "0.1.0", "MIT/X11",
		  "binocle", "Binocle")
