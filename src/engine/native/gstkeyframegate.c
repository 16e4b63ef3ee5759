/* keyframegate: lets a stream through from its first keyframe on.
 *
 * Who is linked to a running encoder gets its stream-start before the next frame, which may refer to others that it never got. What waits is dropped, so that a decoder behind this
 * is never given a frame that it cannot decode, also where it was given another encoder's before. Closed (`open`, live) it drops every frame, and what follows knows the stream's
 * caps all the same; opened again it begins with a keyframe.
 *
 * encoded. ! keyframegate ! queue ! rtph264pay ! ...
 */
#include "binocle.h"
#include <gst/base/gstbasetransform.h>

typedef struct {
	GstBaseTransform parent;
	/* On the streaming thread alone: events come in order with frames. */
	gboolean waiting;
	/* Atomic. */
	gint open;
} KeyframeGate;

typedef struct {
	GstBaseTransformClass parent_class;
} KeyframeGateClass;

G_DEFINE_TYPE(KeyframeGate, keyframe_gate, GST_TYPE_BASE_TRANSFORM)

enum { PROP_0, PROP_OPEN };

static GstStaticPadTemplate sink = GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
static GstStaticPadTemplate source = GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static gboolean sink_event(GstBaseTransform *base, GstEvent *event)
{
	if (GST_EVENT_TYPE(event) == GST_EVENT_STREAM_START)
		((KeyframeGate *)base)->waiting = TRUE;
	return GST_BASE_TRANSFORM_CLASS(keyframe_gate_parent_class)->sink_event(base, event);
}

static GstFlowReturn transform_ip(GstBaseTransform *base, GstBuffer *frame)
{
	KeyframeGate *self = (KeyframeGate *)base;

	if (!g_atomic_int_get(&self->open)) {
		self->waiting = TRUE;
		return GST_BASE_TRANSFORM_FLOW_DROPPED;
	}
	if (self->waiting && GST_BUFFER_FLAG_IS_SET(frame, GST_BUFFER_FLAG_DELTA_UNIT))
		return GST_BASE_TRANSFORM_FLOW_DROPPED;
	self->waiting = FALSE;
	return GST_FLOW_OK;
}

static gboolean start(GstBaseTransform *base)
{
	((KeyframeGate *)base)->waiting = TRUE;
	return TRUE;
}

static void set_property(GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
	if (id == PROP_OPEN)
		g_atomic_int_set(&((KeyframeGate *)object)->open, g_value_get_boolean(value));
	else
		G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
}

static void get_property(GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
	if (id == PROP_OPEN)
		g_value_set_boolean(value, g_atomic_int_get(&((KeyframeGate *)object)->open));
	else
		G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
}

static void keyframe_gate_class_init(KeyframeGateClass *klass)
{
	GObjectClass *object = G_OBJECT_CLASS(klass);
	GstElementClass *element = GST_ELEMENT_CLASS(klass);
	GstBaseTransformClass *transform = GST_BASE_TRANSFORM_CLASS(klass);

	object->set_property = set_property;
	object->get_property = get_property;
	g_object_class_install_property(object, PROP_OPEN,
					g_param_spec_boolean("open", "Open", "Whether frames pass, from the next keyframe on", TRUE,
							     G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING));
	transform->start = start;
	transform->sink_event = sink_event;
	transform->transform_ip = transform_ip;
	transform->passthrough_on_same_caps = TRUE;
	gst_element_class_add_static_pad_template(element, &sink);
	gst_element_class_add_static_pad_template(element, &source);
	gst_element_class_set_static_metadata(element, "Keyframe gate", "Filter/Video", "Lets a stream through from its first keyframe on",
					      "The Binocle authors");
}

static void keyframe_gate_init(KeyframeGate *self)
{
	self->open = TRUE;
	gst_base_transform_set_in_place(GST_BASE_TRANSFORM(self), TRUE);
}

gboolean binocle_register_keyframe_gate(GstPlugin *plugin)
{
	return gst_element_register(plugin, "keyframegate", GST_RANK_NONE, keyframe_gate_get_type());
}
