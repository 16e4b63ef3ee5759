/* rtphdrextabscapturetime: tells a receiver when each frame was captured, by the wall clock.
 *
 * RTP header extension http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time (WebRTC's docs/native-code/rtp-hdrext/abs-capture-time):
 * NTP time of the capture, UQ32.32, then the offset of the capturer's clock to the sender's, Q32.32, which is 0 here: they are one machine. It goes
 * with the first packet of a frame.
 *
 * The time is that of a GstReferenceTimestampMeta in NTP or Unix time, whose clock is somebody else's, so that the offset is left out. Else it is that of
 * the PTS. A header extension is in no pipeline and knows neither base time nor segment: `origin` tells them. Where nobody sets it, the frame that came
 * fastest of the last 10 to 20 s is taken to have come at once, so that times are late by the least that a frame takes.
 *
 * rtph264pay ! "application/x-rtp,extmap-6=(string)http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time" ! ...
 */
#include "binocle.h"
#include <gst/rtp/rtp.h>
#include <time.h>

#define CAPTURE_TIME_URI "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time"
#define SHORT_SIZE 8
#define SIZE 16
/* From 1900 to 1970 (RFC 5905, section 6). */
#define NTP_TO_UNIX_SECONDS G_GUINT64_CONSTANT(2208988800)
/* Two clocks read this close together are read at once. */
#define AT_ONCE (10 * GST_USECOND)
#define ATTEMPTS 4
#define UNKNOWN G_MININT64
#define WINDOW (10 * GST_SECOND)

typedef struct {
	GstRTPHeaderExtension parent;
	/* Set from any thread, read on the payloader's: with the object lock. */
	gboolean active;
	gint64 origin;
	/* Of the frame whose first packet went out last. */
	GstClockTime pts;
	/* Least arrival - PTS, in this window and the one before. */
	GstClockTimeDiff least, least_before;
	GstClockTime window_ends;
} CaptureTime;

typedef struct {
	GstRTPHeaderExtensionClass parent_class;
} CaptureTimeClass;

enum { PROP_ACTIVE = 1, PROP_ORIGIN };

G_DEFINE_TYPE(CaptureTime, capture_time, GST_TYPE_RTP_HEADER_EXTENSION)

static GstRTPHeaderExtensionFlags get_supported_flags(GstRTPHeaderExtension *extension)
{
	return GST_RTP_HEADER_EXTENSION_ONE_BYTE | GST_RTP_HEADER_EXTENSION_TWO_BYTE;
}

static gsize get_max_size(GstRTPHeaderExtension *extension, const GstBuffer *input)
{
	return SIZE;
}

static guint64 ntp_of_unix(GstClockTime time)
{
	guint64 seconds = time / GST_SECOND, rest = time % GST_SECOND;

	return (seconds + NTP_TO_UNIX_SECONDS) << 32 | gst_util_uint64_scale(rest, G_GUINT64_CONSTANT(1) << 32, GST_SECOND);
}

static GstClockTime now_by(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return GST_TIMESPEC_TO_TIME(now);
}

/* How far CLOCK_REALTIME is ahead of CLOCK_MONOTONIC. Read for each frame, since NTP steps the one and not the other. */
static GstClockTimeDiff realtime_ahead(void)
{
	GstClockTimeDiff ahead = 0, narrowest = G_MAXINT64;
	gint i;

	for (i = 0; i < ATTEMPTS && narrowest > AT_ONCE; i++) {
		GstClockTime before = now_by(CLOCK_MONOTONIC), wall = now_by(CLOCK_REALTIME), after = now_by(CLOCK_MONOTONIC);

		if (GST_CLOCK_DIFF(before, after) < narrowest) {
			narrowest = GST_CLOCK_DIFF(before, after);
			ahead = GST_CLOCK_DIFF(before + (after - before) / 2, wall);
		}
	}
	return ahead;
}

static GstClockTimeDiff estimated_origin(CaptureTime *self, GstClockTime pts)
{
	GstClockTime now = now_by(CLOCK_MONOTONIC);

	if (now >= self->window_ends) {
		self->window_ends = now + WINDOW;
		self->least_before = self->least;
		self->least = G_MAXINT64;
	}
	self->least = MIN(self->least, GST_CLOCK_DIFF(pts, now));
	return MIN(self->least, self->least_before);
}

static GstClockTime reference_time(GstBuffer *buffer, const char *caps_text, guint64 epoch_seconds)
{
	GstCaps *caps = gst_caps_from_string(caps_text);
	GstReferenceTimestampMeta *meta = gst_buffer_get_reference_timestamp_meta(buffer, caps);

	gst_caps_unref(caps);
	if (!meta || meta->timestamp < epoch_seconds * GST_SECOND)
		return GST_CLOCK_TIME_NONE;
	return meta->timestamp - epoch_seconds * GST_SECOND;
}

/* Unix time that whoever captured the frame wrote on it. */
static GstClockTime time_on_frame(GstBuffer *frame)
{
	GstClockTime time;

	if (!gst_buffer_get_reference_timestamp_meta(frame, NULL))
		return GST_CLOCK_TIME_NONE;
	time = reference_time(frame, "timestamp/x-ntp", NTP_TO_UNIX_SECONDS);
	return GST_CLOCK_TIME_IS_VALID(time) ? time : reference_time(frame, "timestamp/x-unix", 0);
}

static gssize write_extension(GstRTPHeaderExtension *extension, const GstBuffer *input, GstRTPHeaderExtensionFlags flags,
			      GstBuffer *output, guint8 *data, gsize size)
{
	CaptureTime *self = (CaptureTime *)extension;
	GstBuffer *frame = (GstBuffer *)input;
	GstClockTime pts = GST_BUFFER_PTS(output), time;
	gboolean active;
	gint64 origin;

	GST_OBJECT_LOCK(self);
	active = self->active;
	origin = self->origin;
	GST_OBJECT_UNLOCK(self);
	/* 0 bytes: the payloader writes no header of ours either. */
	if (!active || !GST_CLOCK_TIME_IS_VALID(pts) || pts == self->pts)
		return 0;
	if (size < SIZE)
		return -1;
	self->pts = pts;
	time = time_on_frame(frame);
	if (GST_CLOCK_TIME_IS_VALID(time)) {
		GST_WRITE_UINT64_BE(data, ntp_of_unix(time));
		return SHORT_SIZE;
	}
	if (origin == UNKNOWN)
		origin = estimated_origin(self, pts);
	GST_WRITE_UINT64_BE(data, ntp_of_unix(pts + origin + realtime_ahead()));
	GST_WRITE_UINT64_BE(data + SHORT_SIZE, 0);
	return SIZE;
}

static gboolean read_extension(GstRTPHeaderExtension *extension, GstRTPHeaderExtensionFlags flags, const guint8 *data,
			       gsize size, GstBuffer *buffer)
{
	return TRUE;
}

static void set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
	CaptureTime *self = (CaptureTime *)object;

	GST_OBJECT_LOCK(self);
	if (id == PROP_ACTIVE)
		self->active = g_value_get_boolean(value);
	else if (id == PROP_ORIGIN)
		self->origin = g_value_get_int64(value);
	else
		G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
	GST_OBJECT_UNLOCK(self);
}

static void get_property(GObject *object, guint id, GValue *value, GParamSpec *spec)
{
	CaptureTime *self = (CaptureTime *)object;

	GST_OBJECT_LOCK(self);
	if (id == PROP_ACTIVE)
		g_value_set_boolean(value, self->active);
	else if (id == PROP_ORIGIN)
		g_value_set_int64(value, self->origin);
	else
		G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
	GST_OBJECT_UNLOCK(self);
}

static void capture_time_class_init(CaptureTimeClass *klass)
{
	GObjectClass *object = G_OBJECT_CLASS(klass);
	GstElementClass *element = GST_ELEMENT_CLASS(klass);
	GstRTPHeaderExtensionClass *extension = GST_RTP_HEADER_EXTENSION_CLASS(klass);
	GParamFlags live = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING;

	object->set_property = set_property;
	object->get_property = get_property;
	g_object_class_install_property(object, PROP_ACTIVE, g_param_spec_boolean("active", "active", "Whether it is sent", TRUE, live));
	g_object_class_install_property(object, PROP_ORIGIN,
					g_param_spec_int64("origin", "origin",
							   "CLOCK_MONOTONIC of PTS 0 at the payloader, ns; the least: not known", UNKNOWN,
							   G_MAXINT64, UNKNOWN, live));

	extension->get_supported_flags = get_supported_flags;
	extension->get_max_size = get_max_size;
	extension->write = write_extension;
	extension->read = read_extension;
	gst_rtp_header_extension_class_set_uri(extension, CAPTURE_TIME_URI);
	gst_element_class_set_static_metadata(element, "Absolute capture time RTP header extension", GST_RTP_HDREXT_ELEMENT_CLASS,
					      "Tells a receiver when each frame was captured", "The Binocle authors");
}

static void capture_time_init(CaptureTime *self)
{
	self->active = TRUE;
	self->origin = UNKNOWN;
	self->pts = GST_CLOCK_TIME_NONE;
	self->least = self->least_before = G_MAXINT64;
}

gboolean binocle_register_capture_time(GstPlugin *plugin)
{
	return gst_element_register(plugin, "rtphdrextabscapturetime", GST_RANK_MARGINAL, capture_time_get_type());
}
