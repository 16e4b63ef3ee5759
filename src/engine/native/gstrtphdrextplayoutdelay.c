/* rtphdrextplayoutdelay: asks a WebRTC receiver to show frames between min and max milliseconds after they arrive.
 *
 * RTP header extension http://www.webrtc.org/experiments/rtp-hdrext/playout-delay (WebRTC's docs/native-code/rtp-hdrext/playout-delay):
 * three bytes, 12 bits of minimum and 12 bits of maximum delay in units of 10 ms. 0/0 makes Chromium present a frame as soon as it is decoded.
 *
 * rtph264pay ! "application/x-rtp,extmap-5=(string)http://www.webrtc.org/experiments/rtp-hdrext/playout-delay" ! ...
 */
#include "binocle.h"
#include <gst/rtp/rtp.h>

#define PLAYOUT_DELAY_URI "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"
#define UNIT_MS 10
#define MAX_MS (0xfff * UNIT_MS)
#define SIZE 3

typedef struct {
	GstRTPHeaderExtension parent;
	/* Set from any thread, read on the payloader's: plain words, taken and given atomically. */
	gint min_ms;
	gint max_ms;
	gint active;
} PlayoutDelay;

typedef struct {
	GstRTPHeaderExtensionClass parent_class;
} PlayoutDelayClass;

enum { PROP_MIN_MS = 1, PROP_MAX_MS, PROP_ACTIVE };

G_DEFINE_TYPE(PlayoutDelay, playout_delay, GST_TYPE_RTP_HEADER_EXTENSION)

static GstRTPHeaderExtensionFlags get_supported_flags(GstRTPHeaderExtension *extension)
{
	return GST_RTP_HEADER_EXTENSION_ONE_BYTE | GST_RTP_HEADER_EXTENSION_TWO_BYTE;
}

static gsize get_max_size(GstRTPHeaderExtension *extension, const GstBuffer *input)
{
	return SIZE;
}

static gssize write_extension(GstRTPHeaderExtension *extension, const GstBuffer *input, GstRTPHeaderExtensionFlags flags,
			      GstBuffer *output, guint8 *data, gsize size)
{
	PlayoutDelay *self = (PlayoutDelay *)extension;
	guint min = g_atomic_int_get(&self->min_ms) / UNIT_MS;
	guint max = g_atomic_int_get(&self->max_ms) / UNIT_MS;

	/* 0 bytes: the payloader writes no header of ours either. */
	if (!g_atomic_int_get(&self->active))
		return 0;
	if (size < SIZE)
		return -1;
	/* Two properties cannot be set in one step: while they cross, the minimum rules. */
	GST_WRITE_UINT24_BE(data, min << 12 | MAX(min, max));
	return SIZE;
}

static gboolean read_extension(GstRTPHeaderExtension *extension, GstRTPHeaderExtensionFlags flags, const guint8 *data,
			       gsize size, GstBuffer *buffer)
{
	return TRUE;
}

static void set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
	PlayoutDelay *self = (PlayoutDelay *)object;

	switch (id) {
	case PROP_MIN_MS:
		g_atomic_int_set(&self->min_ms, g_value_get_int(value));
		break;
	case PROP_MAX_MS:
		g_atomic_int_set(&self->max_ms, g_value_get_int(value));
		break;
	case PROP_ACTIVE:
		g_atomic_int_set(&self->active, g_value_get_boolean(value));
		break;
	default:
		G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
	}
}

static void get_property(GObject *object, guint id, GValue *value, GParamSpec *spec)
{
	PlayoutDelay *self = (PlayoutDelay *)object;

	switch (id) {
	case PROP_MIN_MS:
		g_value_set_int(value, g_atomic_int_get(&self->min_ms));
		break;
	case PROP_MAX_MS:
		g_value_set_int(value, g_atomic_int_get(&self->max_ms));
		break;
	case PROP_ACTIVE:
		g_value_set_boolean(value, g_atomic_int_get(&self->active));
		break;
	default:
		G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
	}
}

#define LIVE (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING)

static GParamSpec *milliseconds(const char *name, const char *blurb)
{
	return g_param_spec_int(name, name, blurb, 0, MAX_MS, 0, LIVE);
}

static void playout_delay_class_init(PlayoutDelayClass *klass)
{
	GObjectClass *object = G_OBJECT_CLASS(klass);
	GstElementClass *element = GST_ELEMENT_CLASS(klass);
	GstRTPHeaderExtensionClass *extension = GST_RTP_HEADER_EXTENSION_CLASS(klass);

	object->set_property = set_property;
	object->get_property = get_property;
	g_object_class_install_property(object, PROP_MIN_MS, milliseconds("min-ms", "Least delay, ms; sent in steps of 10"));
	g_object_class_install_property(object, PROP_MAX_MS, milliseconds("max-ms", "Greatest delay, ms; sent in steps of 10"));
	g_object_class_install_property(object, PROP_ACTIVE, g_param_spec_boolean("active", "active", "Whether it is sent", TRUE, LIVE));

	extension->get_supported_flags = get_supported_flags;
	extension->get_max_size = get_max_size;
	extension->write = write_extension;
	extension->read = read_extension;
	gst_rtp_header_extension_class_set_uri(extension, PLAYOUT_DELAY_URI);
	gst_element_class_set_static_metadata(element, "Playout delay RTP header extension", GST_RTP_HDREXT_ELEMENT_CLASS,
					      "Asks a WebRTC receiver how long to hold a frame", "The Binocle authors");
}

static void playout_delay_init(PlayoutDelay *self)
{
	self->active = TRUE;
}

gboolean binocle_register_playout_delay(GstPlugin *plugin)
{
	return gst_element_register(plugin, "rtphdrextplayoutdelay", GST_RANK_MARGINAL, playout_delay_get_type());
}
