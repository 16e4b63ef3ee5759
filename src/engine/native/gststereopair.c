/* stereopair: two pictures of one instant become one, side by side or top and bottom, as soon as the second is there.
 *
 * Frames are paired by capture time (running time of the PTS), whatever the phase between two cameras that run free: each goes with its
 * neighbour of the other eye, and when the pairs have been further apart than the other neighbours would be, one frame is left out to change
 * over. The mean decides, so that jitter about half a frame costs nothing. There is no output clock, so that nothing waits for a grid (compositor, glvideomixer) and no frame is shown twice.
 *
 * A frame waits for its partner in its streaming thread, at most `max-wait` of a frame time; then it goes out beside the other eye's last picture. An eye that has
 * stopped is not waited for at all. A frame that comes after its partner has gone is the picture that the next one goes beside.
 *
 * `swap` exchanges their places from the next picture on. Counters and skew stay with the pads: what they call left is sink_0.
 *
 * stereopair name=p layout=side-by-side ! ... videotestsrc is-live=true ! p.sink_0 videotestsrc is-live=true ! p.sink_1
 */
#include "binocle.h"
#include <gst/video/video.h>
#include <string.h>

GST_DEBUG_CATEGORY_STATIC(stereopair_debug);
#define GST_CAT_DEFAULT stereopair_debug

#define FORMATS "{ I420, YV12, NV12, NV21, Y42B, Y444, YUY2, UYVY, RGBA, BGRA, RGBx, BGRx, RGB, BGR, GRAY8 }"
#define EYES 2
/* Until its own next frame is due: whatever comes before that still makes a pair. */
#define DEFAULT_MAX_WAIT 0.95

typedef enum { SIDE_BY_SIDE, TOP_BOTTOM } Layout;

typedef struct {
	GstPad *pad;
	GstSegment segment;
	GstVideoInfo info;
	gboolean has_info;
	gboolean eos;
	gboolean flushing;
	/* The newest frame while it waits for the other eye's; and the capture time of the newest frame, gone or not. */
	GstBuffer *waiting;
	GstClockTime time;
	/* The picture that goes out next, and whether there has been one. It is given back as soon as it is drawn: a
	 * camera has four buffers, and what it lacks it does not capture into. */
	GstBuffer *shown;
	gboolean has_shown;
	/* The newest frame went out without the other eye's. */
	gboolean went_alone;
	guint64 unpaired;
	guint64 late;
} Eye;

typedef struct {
	GstElement parent;
	GstPad *source;
	Layout layout;
	gboolean swap;
	/* Guards all below, and keeps what the two streaming threads push in order. */
	GMutex lock;
	/* A frame that waited has gone or may go. */
	GCond changed;
	/* Fraction of a frame time. */
	gdouble max_wait;
	gboolean stopping;
	/* What the last push said, for the thread whose frame the other one took along. */
	GstFlowReturn flow;
	Eye eyes[EYES];
	GstVideoInfo out;
	gboolean negotiated;
	gboolean started;
	GstBufferPool *pool;
	/* The last picture of both, where an eye that gives nothing new is taken from; and how `swap` was in it. */
	GstBuffer *last;
	gboolean last_swap;
	GstClockTime last_out;
	guint64 pairs;
	guint64 alone;
	/* Right minus left: of the last pair, and smoothed over some 16 pairs. */
	GstClockTimeDiff skew;
	GstClockTimeDiff mean_skew;
} StereoPair;

typedef struct {
	GstElementClass parent_class;
} StereoPairClass;

enum { PROP_LAYOUT = 1, PROP_MAX_WAIT, PROP_SWAP, PROP_STATS };

static GstStaticPadTemplate sink_0 =
	GST_STATIC_PAD_TEMPLATE("sink_0", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS(GST_VIDEO_CAPS_MAKE(FORMATS)));
static GstStaticPadTemplate sink_1 =
	GST_STATIC_PAD_TEMPLATE("sink_1", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS(GST_VIDEO_CAPS_MAKE(FORMATS)));
static GstStaticPadTemplate source =
	GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(GST_VIDEO_CAPS_MAKE(FORMATS)));

G_DEFINE_TYPE(StereoPair, stereo_pair, GST_TYPE_ELEMENT)

static GType layout_type(void)
{
	static gsize type = 0;
	static const GEnumValue values[] = { { SIDE_BY_SIDE, "Left beside right", "side-by-side" },
					     { TOP_BOTTOM, "Left above right", "top-bottom" },
					     { 0, NULL, NULL } };

	if (g_once_init_enter(&type))
		g_once_init_leave(&type, g_enum_register_static("BinocleStereoLayout", values));
	return type;
}

static GstClockTime frame_duration(const GstVideoInfo *info)
{
	if (info->fps_n <= 0 || info->fps_d <= 0)
		return GST_SECOND / 30;
	return gst_util_uint64_scale_int(GST_SECOND, info->fps_d, info->fps_n);
}

static void forget_pool(StereoPair *self)
{
	if (!self->pool)
		return;
	gst_buffer_pool_set_active(self->pool, FALSE);
	gst_clear_object(&self->pool);
}

static void forget_frames(Eye *eye)
{
	gst_clear_buffer(&eye->waiting);
	gst_clear_buffer(&eye->shown);
	eye->has_shown = FALSE;
}

/* The picture of both, of which no eye's part can be shown any more. With the lock. */
static void forget_last(StereoPair *self)
{
	gint i;

	gst_clear_buffer(&self->last);
	for (i = 0; i < EYES; i++)
		self->eyes[i].has_shown = self->eyes[i].shown != NULL;
}

/* Caps of the whole from those of the eyes, and a pool for its frames. With the lock. */
static gboolean negotiate(StereoPair *self)
{
	const GstVideoInfo *left = &self->eyes[0].info, *right = &self->eyes[1].info;
	gboolean wide = self->layout == SIDE_BY_SIDE;
	GstStructure *config;
	GstCaps *caps;

	if (GST_VIDEO_INFO_FORMAT(left) != GST_VIDEO_INFO_FORMAT(right) || left->width != right->width ||
	    left->height != right->height) {
		GST_ELEMENT_ERROR(self, CORE, NEGOTIATION, ("The eyes have pictures of different shapes."),
				  ("left %s %dx%d, right %s %dx%d", gst_video_format_to_string(GST_VIDEO_INFO_FORMAT(left)),
				   left->width, left->height, gst_video_format_to_string(GST_VIDEO_INFO_FORMAT(right)),
				   right->width, right->height));
		return FALSE;
	}
	gst_video_info_set_format(&self->out, GST_VIDEO_INFO_FORMAT(left), left->width * (wide ? 2 : 1),
				  left->height * (wide ? 1 : 2));
	self->out.fps_n = left->fps_n;
	self->out.fps_d = left->fps_d;
	self->out.par_n = left->par_n;
	self->out.par_d = left->par_d;
	self->out.colorimetry = left->colorimetry;
	self->out.chroma_site = left->chroma_site;

	if (!self->started) {
		/* A stream of its own: gst_pad_create_stream_id() is for elements with one upstream. */
		gchar *id = g_strdup_printf("stereopair-%08x%08x", g_random_int(), g_random_int());
		gst_pad_push_event(self->source, gst_event_new_stream_start(id));
		g_free(id);
	}
	caps = gst_video_info_to_caps(&self->out);
	if (!gst_pad_set_caps(self->source, caps)) {
		gst_caps_unref(caps);
		return FALSE;
	}
	if (!self->started) {
		/* PTS are running times from here on. */
		GstSegment segment;
		gst_segment_init(&segment, GST_FORMAT_TIME);
		gst_pad_push_event(self->source, gst_event_new_segment(&segment));
		self->started = TRUE;
	}
	forget_pool(self);
	self->pool = gst_video_buffer_pool_new();
	config = gst_buffer_pool_get_config(self->pool);
	gst_buffer_pool_config_set_params(config, caps, self->out.size, 2, 0);
	gst_caps_unref(caps);
	self->negotiated = gst_buffer_pool_set_config(self->pool, config) && gst_buffer_pool_set_active(self->pool, TRUE);
	return self->negotiated;
}

/* The place of one eye in a picture of both. */
static GstVideoFrame place_in(const StereoPair *self, const GstVideoFrame *whole, gboolean second)
{
	GstVideoFrame part = *whole;
	guint plane;

	if (self->layout == SIDE_BY_SIDE)
		part.info.width /= EYES;
	else
		part.info.height /= EYES;
	for (plane = 0; plane < GST_VIDEO_FRAME_N_PLANES(whole) && second; plane++) {
		const GstVideoFormatInfo *format = whole->info.finfo;
		gint components[GST_VIDEO_MAX_COMPONENTS];
		guint8 *data = whole->data[plane];

		gst_video_format_info_component(format, plane, components);
		if (self->layout == SIDE_BY_SIDE)
			data += GST_VIDEO_FORMAT_INFO_SCALE_WIDTH(format, components[0], part.info.width) *
				GST_VIDEO_FORMAT_INFO_PSTRIDE(format, components[0]);
		else
			data += GST_VIDEO_FORMAT_INFO_SCALE_HEIGHT(format, components[0], part.info.height) *
				GST_VIDEO_FRAME_PLANE_STRIDE(whole, plane);
		part.data[plane] = data;
	}
	return part;
}

/* Row by row: where strides are equal, gst_video_frame_copy() of GStreamer 1.26 takes whole strides, and of a part of a picture that is too much. */
static void copy_picture(const GstVideoFrame *to, const GstVideoFrame *from)
{
	const GstVideoFormatInfo *format = to->info.finfo;
	guint plane;

	for (plane = 0; plane < GST_VIDEO_FRAME_N_PLANES(to); plane++) {
		gint components[GST_VIDEO_MAX_COMPONENTS], rows, row;
		gsize bytes;

		gst_video_format_info_component(format, plane, components);
		bytes = GST_VIDEO_FORMAT_INFO_SCALE_WIDTH(format, components[0], to->info.width) *
			GST_VIDEO_FORMAT_INFO_PSTRIDE(format, components[0]);
		rows = GST_VIDEO_FORMAT_INFO_SCALE_HEIGHT(format, components[0], to->info.height);
		for (row = 0; row < rows; row++)
			memcpy((guint8 *)to->data[plane] + row * GST_VIDEO_FRAME_PLANE_STRIDE(to, plane),
			       (const guint8 *)from->data[plane] + row * GST_VIDEO_FRAME_PLANE_STRIDE(from, plane), bytes);
	}
}

/* Copies one eye's picture to its place: the one that it has, else the one in the last picture of both. */
static gboolean draw(StereoPair *self, const GstVideoFrame *whole, gint index)
{
	Eye *eye = &self->eyes[index];
	GstVideoFrame to = place_in(self, whole, (index > 0) != self->swap), from, picture;

	if (!gst_video_frame_map(&picture, eye->shown ? &eye->info : &self->out, eye->shown ? eye->shown : self->last, GST_MAP_READ))
		return FALSE;
	from = eye->shown ? picture : place_in(self, &picture, (index > 0) != self->last_swap);
	copy_picture(&to, &from);
	gst_video_frame_unmap(&picture);
	return TRUE;
}

/* Sends both eyes' `shown`, captured at `time`. With the lock, which keeps the order; what follows downstream is a queue. */
static GstFlowReturn send(StereoPair *self, GstClockTime time)
{
	GstFlowReturn flow;
	GstBuffer *buffer;
	GstVideoFrame whole;
	gboolean drawn, swap = self->swap;
	gint i;

	if (!self->negotiated && !negotiate(self))
		return GST_FLOW_NOT_NEGOTIATED;
	flow = gst_buffer_pool_acquire_buffer(self->pool, &buffer, NULL);
	if (flow != GST_FLOW_OK)
		return flow;
	if (!gst_video_frame_map(&whole, &self->out, buffer, GST_MAP_WRITE)) {
		gst_buffer_unref(buffer);
		return GST_FLOW_ERROR;
	}
	for (i = 0, drawn = TRUE; i < EYES; i++)
		drawn = draw(self, &whole, i) && drawn;
	gst_video_frame_unmap(&whole);
	for (i = 0; i < EYES; i++)
		gst_clear_buffer(&self->eyes[i].shown);
	if (!drawn) {
		gst_buffer_unref(buffer);
		return GST_FLOW_ERROR;
	}
	/* Never backwards: encoders refuse that. An eye that comes back may be a little older than what went out. */
	if (GST_CLOCK_TIME_IS_VALID(self->last_out) && time <= self->last_out)
		time = self->last_out + 1;
	self->last_out = time;
	GST_BUFFER_PTS(buffer) = time;
	GST_BUFFER_DTS(buffer) = GST_CLOCK_TIME_NONE;
	GST_BUFFER_DURATION(buffer) = frame_duration(&self->out);
	gst_buffer_replace(&self->last, buffer);
	self->last_swap = swap;
	self->flow = gst_pad_push(self->source, buffer);
	return self->flow;
}

static Eye *other_eye(StereoPair *self, Eye *eye)
{
	return &self->eyes[eye == &self->eyes[0] ? 1 : 0];
}

static void show(Eye *eye)
{
	gst_clear_buffer(&eye->shown);
	eye->shown = g_steal_pointer(&eye->waiting);
	eye->has_shown = TRUE;
	eye->went_alone = FALSE;
}

/* With the next picture of the other eye, which may be long in coming: the camera gets its buffer back. */
static void show_later(Eye *eye)
{
	GstBuffer *copy;

	show(eye);
	copy = gst_buffer_copy_deep(eye->shown);
	gst_buffer_unref(eye->shown);
	eye->shown = copy;
}

/* Beside the last picture of the other eye. With the lock. */
static GstFlowReturn send_alone(StereoPair *self, Eye *eye)
{
	if (GST_CLOCK_TIME_IS_VALID(self->last_out) && eye->time <= self->last_out) {
		/* Its instant has gone out: the next frame goes beside it. */
		eye->late++;
		show_later(eye);
		return GST_FLOW_OK;
	}
	show(eye);
	self->alone++;
	eye->went_alone = TRUE;
	return send(self, eye->time);
}

/* Whether the two frames that wait are a pair; if not, the older one's partner never came, and never will. With the lock. */
static gboolean belong_together(StereoPair *self, GstClockTimeDiff frame)
{
	GstClockTimeDiff skew = GST_CLOCK_DIFF(self->eyes[0].time, self->eyes[1].time);

	if (ABS(skew) > frame - frame / 10)
		return FALSE;
	self->mean_skew = self->pairs == 0 ? skew : self->mean_skew + (skew - self->mean_skew) / 16;
	if (ABS(self->mean_skew) > frame / 2 + frame / 10 && ABS(skew) > frame / 2) {
		/* From here on the newer one goes with the frame after the older one. */
		self->mean_skew += self->mean_skew > 0 ? -frame : frame;
		return FALSE;
	}
	self->skew = skew;
	return TRUE;
}

/* The slower eye's. */
static GstClockTimeDiff frame_time(StereoPair *self)
{
	return MAX(frame_duration(&self->eyes[0].info), frame_duration(&self->eyes[1].info));
}

/* A frame of `eye` has come to wait: what can go out now goes. With the lock. */
static GstFlowReturn pair(StereoPair *self, Eye *eye)
{
	Eye *other = other_eye(self, eye);
	GstClockTimeDiff frame = frame_time(self);

	if (other->waiting) {
		Eye *older = eye->time < other->time ? eye : other;

		if (belong_together(self, frame)) {
			self->pairs++;
			show(eye);
			show(other);
			g_cond_broadcast(&self->changed);
			/* The older of the two, so that no delay is hidden. */
			return send(self, older->time);
		}
		g_cond_broadcast(&self->changed);
		/* One is left out to change over; but not where a partner was lost on its way. */
		if (ABS(GST_CLOCK_DIFF(eye->time, other->time)) > frame && other_eye(self, older)->has_shown)
			return send_alone(self, older);
		gst_clear_buffer(&older->waiting);
		older->unpaired++;
		return GST_FLOW_OK;
	}
	if (!other->has_shown)
		return GST_FLOW_OK;
	if (other->went_alone && GST_CLOCK_DIFF(other->time, eye->time) < frame / 2) {
		eye->late++;
		show_later(eye);
		return GST_FLOW_OK;
	}
	/* The other eye missed a frame, not only its turn: nothing is waited for. */
	if (other->eos || GST_CLOCK_DIFF(other->time, eye->time) > frame + frame / 2)
		return send_alone(self, eye);
	return GST_FLOW_OK;
}

/* Until the other eye's frame takes the one of `eye` along, or the time is up and it goes alone. With the lock, which it lets go of meanwhile. */
static GstFlowReturn wait_for_partner(StereoPair *self, Eye *eye)
{
	Eye *other = other_eye(self, eye);
	gint64 began = g_get_monotonic_time();
	gboolean in_time = TRUE;

	while (eye->waiting && in_time && !eye->flushing && !self->stopping && !other->eos)
		in_time = g_cond_wait_until(&self->changed, &self->lock,
					    began + (gint64)(self->max_wait * frame_time(self) / GST_USECOND));
	if (eye->flushing || self->stopping) {
		gst_clear_buffer(&eye->waiting);
		return GST_FLOW_FLUSHING;
	}
	if (eye->waiting && other->has_shown)
		return send_alone(self, eye);
	/* Gone with the other one; or without anything to go beside, since the other eye begins anew. */
	return self->flow;
}

static GstFlowReturn chain(GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
	StereoPair *self = (StereoPair *)parent;
	Eye *eye = gst_pad_get_element_private(pad);
	GstFlowReturn flow = GST_FLOW_OK;
	GstClockTime time;

	g_mutex_lock(&self->lock);
	if (eye->flushing || self->stopping) {
		g_mutex_unlock(&self->lock);
		gst_buffer_unref(buffer);
		return GST_FLOW_FLUSHING;
	}
	time = gst_segment_to_running_time(&eye->segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
	if (!eye->has_info) {
		flow = GST_FLOW_NOT_NEGOTIATED;
		gst_buffer_unref(buffer);
	} else if (!GST_CLOCK_TIME_IS_VALID(time)) {
		GST_DEBUG_OBJECT(pad, "a frame without a time, or outside its segment, is left out");
		gst_buffer_unref(buffer);
	} else {
		/* Only until the other eye has given its first. */
		if (eye->waiting)
			eye->unpaired++;
		gst_clear_buffer(&eye->waiting);
		eye->waiting = buffer;
		eye->time = time;
		flow = pair(self, eye);
		if (flow == GST_FLOW_OK && eye->waiting && other_eye(self, eye)->has_shown)
			flow = wait_for_partner(self, eye);
	}
	g_mutex_unlock(&self->lock);
	return flow;
}

static gboolean sink_event(GstPad *pad, GstObject *parent, GstEvent *event)
{
	StereoPair *self = (StereoPair *)parent;
	Eye *eye = gst_pad_get_element_private(pad);
	gboolean handled = TRUE, forward = FALSE;
	GstCaps *caps;

	switch (GST_EVENT_TYPE(event)) {
	case GST_EVENT_CAPS:
		gst_event_parse_caps(event, &caps);
		g_mutex_lock(&self->lock);
		handled = eye->has_info = gst_video_info_from_caps(&eye->info, caps);
		self->negotiated = FALSE;
		forget_frames(eye);
		forget_last(self);
		g_mutex_unlock(&self->lock);
		break;
	case GST_EVENT_FLUSH_START:
		g_mutex_lock(&self->lock);
		eye->flushing = TRUE;
		g_cond_broadcast(&self->changed);
		g_mutex_unlock(&self->lock);
		forward = TRUE;
		break;
	case GST_EVENT_SEGMENT:
		g_mutex_lock(&self->lock);
		gst_event_copy_segment(event, &eye->segment);
		g_mutex_unlock(&self->lock);
		handled = eye->segment.format == GST_FORMAT_TIME;
		break;
	case GST_EVENT_FLUSH_STOP:
		g_mutex_lock(&self->lock);
		gst_segment_init(&eye->segment, GST_FORMAT_TIME);
		forget_frames(eye);
		eye->eos = eye->flushing = FALSE;
		self->flow = GST_FLOW_OK;
		g_mutex_unlock(&self->lock);
		forward = TRUE;
		break;
	case GST_EVENT_EOS:
		g_mutex_lock(&self->lock);
		eye->eos = TRUE;
		g_cond_broadcast(&self->changed);
		forward = self->eyes[0].eos && self->eyes[1].eos;
		g_mutex_unlock(&self->lock);
		break;
	case GST_EVENT_STREAM_START:
		/* The pair is a stream of its own. */
		break;
	default:
		forward = TRUE;
	}
	if (forward)
		return gst_pad_event_default(pad, parent, event);
	gst_event_unref(event);
	return handled;
}

static GstStateChangeReturn change_state(GstElement *element, GstStateChange transition)
{
	StereoPair *self = (StereoPair *)element;
	GstStateChangeReturn result;
	gint i;

	if (transition == GST_STATE_CHANGE_READY_TO_PAUSED || transition == GST_STATE_CHANGE_PAUSED_TO_READY) {
		/* Before the pads are deactivated, which waits for their threads. */
		g_mutex_lock(&self->lock);
		self->stopping = transition == GST_STATE_CHANGE_PAUSED_TO_READY;
		self->flow = GST_FLOW_OK;
		g_cond_broadcast(&self->changed);
		g_mutex_unlock(&self->lock);
	}
	result = GST_ELEMENT_CLASS(stereo_pair_parent_class)->change_state(element, transition);
	if (transition != GST_STATE_CHANGE_PAUSED_TO_READY)
		return result;
	g_mutex_lock(&self->lock);
	for (i = 0; i < EYES; i++) {
		Eye *eye = &self->eyes[i];

		forget_frames(eye);
		eye->has_info = eye->eos = eye->flushing = eye->went_alone = FALSE;
		gst_segment_init(&eye->segment, GST_FORMAT_TIME);
	}
	forget_last(self);
	forget_pool(self);
	self->negotiated = self->started = FALSE;
	self->pairs = self->alone = 0;
	self->skew = self->mean_skew = 0;
	self->last_out = GST_CLOCK_TIME_NONE;
	g_mutex_unlock(&self->lock);
	return result;
}

static GstStructure *statistics(StereoPair *self)
{
	GstStructure *stats;

	g_mutex_lock(&self->lock);
	stats = gst_structure_new("stereopair-stats", "pairs", G_TYPE_UINT64, self->pairs, "alone", G_TYPE_UINT64, self->alone,
				  "unpaired-left", G_TYPE_UINT64, self->eyes[0].unpaired, "unpaired-right", G_TYPE_UINT64,
				  self->eyes[1].unpaired, "late-left", G_TYPE_UINT64, self->eyes[0].late, "late-right", G_TYPE_UINT64,
				  self->eyes[1].late, "skew", G_TYPE_INT64, (gint64)self->skew, NULL);
	g_mutex_unlock(&self->lock);
	return stats;
}

static void set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
	StereoPair *self = (StereoPair *)object;

	g_mutex_lock(&self->lock);
	if (id == PROP_LAYOUT)
		self->layout = g_value_get_enum(value);
	else if (id == PROP_MAX_WAIT)
		self->max_wait = g_value_get_double(value);
	else if (id == PROP_SWAP)
		self->swap = g_value_get_boolean(value);
	else
		G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
	g_cond_broadcast(&self->changed);
	g_mutex_unlock(&self->lock);
}

static void get_property(GObject *object, guint id, GValue *value, GParamSpec *spec)
{
	StereoPair *self = (StereoPair *)object;

	if (id == PROP_LAYOUT)
		g_value_set_enum(value, self->layout);
	else if (id == PROP_MAX_WAIT)
		g_value_set_double(value, self->max_wait);
	else if (id == PROP_SWAP)
		g_value_set_boolean(value, self->swap);
	else if (id == PROP_STATS)
		g_value_take_boxed(value, statistics(self));
	else
		G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void finalize(GObject *object)
{
	StereoPair *self = (StereoPair *)object;

	forget_frames(&self->eyes[0]);
	forget_frames(&self->eyes[1]);
	forget_last(self);
	forget_pool(self);
	g_mutex_clear(&self->lock);
	g_cond_clear(&self->changed);
	G_OBJECT_CLASS(stereo_pair_parent_class)->finalize(object);
}

static void stereo_pair_class_init(StereoPairClass *klass)
{
	GObjectClass *object = G_OBJECT_CLASS(klass);
	GstElementClass *element = GST_ELEMENT_CLASS(klass);

	GST_DEBUG_CATEGORY_INIT(stereopair_debug, "stereopair", 0, "pairs the pictures of two eyes");
	object->set_property = set_property;
	object->get_property = get_property;
	object->finalize = finalize;
	g_object_class_install_property(object, PROP_LAYOUT,
					g_param_spec_enum("layout", "layout", "How the eyes share the picture; set before caps are known",
							  layout_type(), SIDE_BY_SIDE,
							  G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY));
	g_object_class_install_property(object, PROP_MAX_WAIT,
					g_param_spec_double("max-wait", "max-wait",
							    "How long a frame waits for the other eye's, in frame times", 0, 1,
							    DEFAULT_MAX_WAIT,
							    G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING));
	g_object_class_install_property(object, PROP_SWAP,
					g_param_spec_boolean("swap", "swap", "Whether sink_0 has the place of the right eye, and sink_1 that of the left",
							     FALSE,
							     G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING));
	g_object_class_install_property(
		object, PROP_STATS,
		g_param_spec_boxed("stats", "stats",
				   "pairs: frames of both eyes; alone: of one beside the other's last picture; unpaired-left, "
				   "unpaired-right: frames dropped; late-left, late-right: frames that came after their partners went; skew: right minus left of the last pair, ns",
				   GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
	element->change_state = change_state;
	gst_element_class_add_static_pad_template(element, &sink_0);
	gst_element_class_add_static_pad_template(element, &sink_1);
	gst_element_class_add_static_pad_template(element, &source);
	gst_element_class_set_static_metadata(element, "Stereo pair", "Filter/Editor/Video/Compositor",
					      "Two pictures of one instant become one, without waiting", "The Binocle authors");
}

/* Frames may lie in memory as their camera has them. */
static gboolean sink_query(GstPad *pad, GstObject *parent, GstQuery *query)
{
	if (GST_QUERY_TYPE(query) != GST_QUERY_ALLOCATION)
		return gst_pad_query_default(pad, parent, query);
	gst_query_add_allocation_meta(query, GST_VIDEO_META_API_TYPE, NULL);
	return TRUE;
}

static void add_eye(StereoPair *self, gint index, GstStaticPadTemplate *template)
{
	Eye *eye = &self->eyes[index];

	eye->pad = gst_pad_new_from_static_template(template, template->name_template);
	gst_pad_set_element_private(eye->pad, eye);
	gst_pad_set_chain_function(eye->pad, chain);
	gst_pad_set_event_function(eye->pad, sink_event);
	gst_pad_set_query_function(eye->pad, sink_query);
	gst_segment_init(&eye->segment, GST_FORMAT_TIME);
	gst_element_add_pad(GST_ELEMENT(self), eye->pad);
}

static void stereo_pair_init(StereoPair *self)
{
	g_mutex_init(&self->lock);
	g_cond_init(&self->changed);
	self->max_wait = DEFAULT_MAX_WAIT;
	self->last_out = GST_CLOCK_TIME_NONE;
	add_eye(self, 0, &sink_0);
	add_eye(self, 1, &sink_1);
	self->source = gst_pad_new_from_static_template(&source, "src");
	gst_pad_use_fixed_caps(self->source);
	gst_element_add_pad(GST_ELEMENT(self), self->source);
}

gboolean binocle_register_stereo_pair(GstPlugin *plugin)
{
	return gst_element_register(plugin, "stereopair", GST_RANK_NONE, stereo_pair_get_type());
}
