/* eyeswap: the streams of two cameras to the encoders of two eyes, straight on or exchanged.
 *
 * `swap` may change while it plays. It takes effect between two instants: a frame that was captured less than half a frame time after the newest one that has
 * come still goes the old way, so that both pictures of an instant do, and every later frame the new one. A frame of the old way that comes after a later one
 * of the new way has missed its turn: nothing goes out with a time that goes back. An eye hears of caps and segment when it gets another camera whose are others.
 *
 * eyeswap name=e swap=true ... videotestsrc is-live=true ! e.sink_0 videotestsrc is-live=true ! e.sink_1 e.src_0 ! autovideosink e.src_1 ! autovideosink
 */
#include "binocle.h"

GST_DEBUG_CATEGORY_STATIC(eyeswap_debug);
#define GST_CAT_DEFAULT eyeswap_debug

#define EYES 2
#define NOBODY -1
/* Frames of a camera that may still be on their way when the change is asked for; one whose clock says that there are more goes the new way after so many. */
#define MOST_BEFORE 4
/* Later than this is not late, but of another clock. */
#define MOST_LATE GST_SECOND
#define DEFAULT_FRAME_TIME (GST_SECOND / 30)

typedef struct {
	GstPad *pad;
	GstSegment segment;
	/* From the caps. */
	GstClockTime frame_time;
	/* Of the newest frame that has come. */
	GstClockTime time;
	/* Frames that have gone the old way since the change was asked for. */
	guint before;
} Camera;

typedef struct {
	GstPad *pad;
	/* Keeps what two cameras' threads push in order; taken without the lock of all. */
	GMutex pushing;
	/* The camera whose frame went out last, and when that was captured. */
	gint from;
	GstClockTime time;
} Eye;

#define BINOCLE_TYPE_EYE_SWAP (binocle_eye_swap_get_type())
G_DECLARE_FINAL_TYPE(BinocleEyeSwap, binocle_eye_swap, BINOCLE, EYE_SWAP, GstElement)

struct _BinocleEyeSwap {
	GstElement parent;
	Camera cameras[EYES];
	Eye eyes[EYES];
	/* Guards all below, what is known of the cameras, and `from` and `time` of the eyes. */
	GMutex lock;
	gboolean swap;
	/* Frames captured before `since` go as they went then: exchanged or not. */
	gboolean swapped_before;
	GstClockTime since;
	guint64 late;
};

enum { PROP_SWAP = 1, PROP_LATE };

static GstStaticPadTemplate sink_0 = GST_STATIC_PAD_TEMPLATE("sink_0", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
static GstStaticPadTemplate sink_1 = GST_STATIC_PAD_TEMPLATE("sink_1", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
static GstStaticPadTemplate src_0 = GST_STATIC_PAD_TEMPLATE("src_0", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
static GstStaticPadTemplate src_1 = GST_STATIC_PAD_TEMPLATE("src_1", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

G_DEFINE_TYPE(BinocleEyeSwap, binocle_eye_swap, GST_TYPE_ELEMENT)

static gint index_of(GstPad *pad)
{
	return GPOINTER_TO_INT(gst_pad_get_element_private(pad));
}

static gboolean is_before(GstClockTime time, GstClockTime other)
{
	return GST_CLOCK_TIME_IS_VALID(time) && GST_CLOCK_TIME_IS_VALID(other) && time < other;
}

/* For a camera's frame of this time. With the lock. */
static gboolean is_swapped(BinocleEyeSwap *self, const Camera *camera, GstClockTime time)
{
	return is_before(time, self->since) && camera->before < MOST_BEFORE ? self->swapped_before : self->swap;
}

/* With the lock. */
static void change(BinocleEyeSwap *self, gboolean swap)
{
	const Camera *one = &self->cameras[0], *other = &self->cameras[1];
	GstClockTime newest = is_before(one->time, other->time) || !GST_CLOCK_TIME_IS_VALID(one->time) ? other->time : one->time;

	if (swap == self->swap)
		return;
	/* Where no frame has gone the way that was asked for last, none will. */
	if (!is_before(newest, self->since)) {
		self->swapped_before = self->swap;
		self->since = GST_CLOCK_TIME_IS_VALID(newest) ? newest + MAX(one->frame_time, other->frame_time) / 2 : GST_CLOCK_TIME_NONE;
		self->cameras[0].before = self->cameras[1].before = 0;
	}
	self->swap = swap;
}

/* The eye that a camera gives its frames to, or will. */
static Eye *eye_of(BinocleEyeSwap *self, gint camera)
{
	gint i, eye;

	g_mutex_lock(&self->lock);
	eye = self->swap ? 1 - camera : camera;
	for (i = 0; i < EYES; i++)
		if (self->eyes[i].from == camera)
			eye = i;
	g_mutex_unlock(&self->lock);
	return &self->eyes[eye];
}

static Camera *camera_of(BinocleEyeSwap *self, gint eye)
{
	gint camera;

	g_mutex_lock(&self->lock);
	camera = self->eyes[eye].from;
	if (camera == NOBODY)
		camera = self->swap ? 1 - eye : eye;
	g_mutex_unlock(&self->lock);
	return &self->cameras[camera];
}

static gboolean says_the_same(GstEvent *one, GstEvent *other)
{
	GstCaps *caps[2];
	const GstSegment *segments[2];

	switch (GST_EVENT_TYPE(one)) {
	case GST_EVENT_CAPS:
		gst_event_parse_caps(one, &caps[0]);
		gst_event_parse_caps(other, &caps[1]);
		return gst_caps_is_equal(caps[0], caps[1]);
	case GST_EVENT_SEGMENT:
		gst_event_parse_segment(one, &segments[0]);
		gst_event_parse_segment(other, &segments[1]);
		return gst_segment_is_equal(segments[0], segments[1]);
	default:
		/* An eye's stream begins once, whichever camera it begins with. */
		return TRUE;
	}
}

/* What the eye has to hear before it gets frames of this camera. */
static void tell(Camera *camera, Eye *eye)
{
	static const GstEventType types[] = { GST_EVENT_STREAM_START, GST_EVENT_CAPS, GST_EVENT_SEGMENT };
	guint i;

	for (i = 0; i < G_N_ELEMENTS(types); i++) {
		GstEvent *event = gst_pad_get_sticky_event(camera->pad, types[i], 0);
		GstEvent *known = gst_pad_get_sticky_event(eye->pad, types[i], 0);

		if (event && !(known && says_the_same(event, known)))
			gst_pad_push_event(eye->pad, gst_event_ref(event));
		gst_clear_event(&event);
		gst_clear_event(&known);
	}
}

static GstFlowReturn chain(GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
	BinocleEyeSwap *self = BINOCLE_EYE_SWAP(parent);
	gint index = index_of(pad);
	Camera *camera = &self->cameras[index];
	GstFlowReturn flow = GST_FLOW_OK;
	gboolean swapped, another, late;
	GstClockTime time;
	Eye *eye, *other;

	g_mutex_lock(&self->lock);
	time = gst_segment_to_running_time(&camera->segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
	swapped = is_swapped(self, camera, time);
	if (is_before(time, self->since))
		camera->before++;
	camera->time = time;
	eye = &self->eyes[swapped ? 1 - index : index];
	other = &self->eyes[swapped ? index : 1 - index];
	g_mutex_unlock(&self->lock);

	g_mutex_lock(&eye->pushing);
	g_mutex_lock(&self->lock);
	another = eye->from != index;
	late = another && GST_CLOCK_TIME_IS_VALID(eye->time) && time <= eye->time && eye->time - time < MOST_LATE;
	if (late) {
		self->late++;
	} else {
		eye->from = index;
		eye->time = time;
		if (other->from == index)
			other->from = NOBODY;
	}
	g_mutex_unlock(&self->lock);
	if (late) {
		GST_DEBUG_OBJECT(pad, "a frame of %" GST_TIME_FORMAT " is left out: a later one has gone", GST_TIME_ARGS(time));
		gst_buffer_unref(buffer);
	} else {
		if (another)
			tell(camera, eye);
		flow = gst_pad_push(eye->pad, buffer);
	}
	g_mutex_unlock(&eye->pushing);
	return flow;
}

static void learn_caps(BinocleEyeSwap *self, Camera *camera, GstEvent *event)
{
	gint numerator = 0, denominator = 1;
	GstCaps *caps;

	gst_event_parse_caps(event, &caps);
	gst_structure_get_fraction(gst_caps_get_structure(caps, 0), "framerate", &numerator, &denominator);
	g_mutex_lock(&self->lock);
	camera->frame_time = numerator > 0 ? gst_util_uint64_scale_int(GST_SECOND, denominator, numerator) : DEFAULT_FRAME_TIME;
	g_mutex_unlock(&self->lock);
}

/* With the lock. */
static void forget(Camera *camera)
{
	gst_segment_init(&camera->segment, GST_FORMAT_TIME);
	camera->time = GST_CLOCK_TIME_NONE;
}

/* Whether the eye needs it: what stays with a pad is told when the eye gets this camera's next frame, and its stream begins once, with whichever camera. */
static gboolean is_wanted(BinocleEyeSwap *self, gint camera, Eye *eye, GstEvent *event)
{
	GstEvent *begun = NULL;
	gboolean wanted;

	g_mutex_lock(&self->lock);
	wanted = eye->from == camera || eye->from == NOBODY || !GST_EVENT_IS_STICKY(event) || GST_EVENT_TYPE(event) == GST_EVENT_EOS;
	g_mutex_unlock(&self->lock);
	if (GST_EVENT_TYPE(event) == GST_EVENT_STREAM_START)
		begun = gst_pad_get_sticky_event(eye->pad, GST_EVENT_STREAM_START, 0);
	wanted = wanted && !begun;
	gst_clear_event(&begun);
	return wanted;
}

static gboolean sink_event(GstPad *pad, GstObject *parent, GstEvent *event)
{
	BinocleEyeSwap *self = BINOCLE_EYE_SWAP(parent);
	gint index = index_of(pad);
	Camera *camera = &self->cameras[index];
	Eye *eye = eye_of(self, index);
	gboolean handled = TRUE;

	switch (GST_EVENT_TYPE(event)) {
	case GST_EVENT_CAPS:
		learn_caps(self, camera, event);
		break;
	case GST_EVENT_SEGMENT:
		g_mutex_lock(&self->lock);
		gst_event_copy_segment(event, &camera->segment);
		g_mutex_unlock(&self->lock);
		break;
	case GST_EVENT_FLUSH_START:
		/* Its thread may be in `chain`. */
		return gst_pad_push_event(eye->pad, event);
	case GST_EVENT_FLUSH_STOP:
		g_mutex_lock(&self->lock);
		forget(camera);
		eye->time = GST_CLOCK_TIME_NONE;
		g_mutex_unlock(&self->lock);
		return gst_pad_push_event(eye->pad, event);
	default:
		break;
	}
	g_mutex_lock(&eye->pushing);
	if (is_wanted(self, index, eye, event))
		handled = gst_pad_push_event(eye->pad, event);
	else
		gst_event_unref(event);
	g_mutex_unlock(&eye->pushing);
	return handled;
}

static gboolean source_event(GstPad *pad, GstObject *parent, GstEvent *event)
{
	return gst_pad_push_event(camera_of(BINOCLE_EYE_SWAP(parent), index_of(pad))->pad, event);
}

static gboolean sink_query(GstPad *pad, GstObject *parent, GstQuery *query)
{
	return gst_pad_peer_query(eye_of(BINOCLE_EYE_SWAP(parent), index_of(pad))->pad, query);
}

static gboolean source_query(GstPad *pad, GstObject *parent, GstQuery *query)
{
	return gst_pad_peer_query(camera_of(BINOCLE_EYE_SWAP(parent), index_of(pad))->pad, query);
}

/* With the lock, or before there is another thread. */
static void begin_anew(BinocleEyeSwap *self)
{
	gint i;

	for (i = 0; i < EYES; i++) {
		forget(&self->cameras[i]);
		self->cameras[i].frame_time = DEFAULT_FRAME_TIME;
		self->eyes[i].from = NOBODY;
		self->eyes[i].time = GST_CLOCK_TIME_NONE;
	}
	self->since = GST_CLOCK_TIME_NONE;
	self->late = 0;
}

static GstStateChangeReturn change_state(GstElement *element, GstStateChange transition)
{
	BinocleEyeSwap *self = BINOCLE_EYE_SWAP(element);
	GstStateChangeReturn result = GST_ELEMENT_CLASS(binocle_eye_swap_parent_class)->change_state(element, transition);

	if (transition == GST_STATE_CHANGE_PAUSED_TO_READY) {
		g_mutex_lock(&self->lock);
		begin_anew(self);
		g_mutex_unlock(&self->lock);
	}
	return result;
}

static void set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
	BinocleEyeSwap *self = BINOCLE_EYE_SWAP(object);

	g_mutex_lock(&self->lock);
	if (id == PROP_SWAP)
		change(self, g_value_get_boolean(value));
	else
		G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
	g_mutex_unlock(&self->lock);
}

static void get_property(GObject *object, guint id, GValue *value, GParamSpec *spec)
{
	BinocleEyeSwap *self = BINOCLE_EYE_SWAP(object);

	g_mutex_lock(&self->lock);
	if (id == PROP_SWAP)
		g_value_set_boolean(value, self->swap);
	else if (id == PROP_LATE)
		g_value_set_uint64(value, self->late);
	else
		G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
	g_mutex_unlock(&self->lock);
}

static void finalize(GObject *object)
{
	BinocleEyeSwap *self = BINOCLE_EYE_SWAP(object);
	gint i;

	for (i = 0; i < EYES; i++)
		g_mutex_clear(&self->eyes[i].pushing);
	g_mutex_clear(&self->lock);
	G_OBJECT_CLASS(binocle_eye_swap_parent_class)->finalize(object);
}

static void binocle_eye_swap_class_init(BinocleEyeSwapClass *klass)
{
	GObjectClass *object = G_OBJECT_CLASS(klass);
	GstElementClass *element = GST_ELEMENT_CLASS(klass);

	GST_DEBUG_CATEGORY_INIT(eyeswap_debug, "eyeswap", 0, "gives each eye the picture of one camera or of the other");
	object->set_property = set_property;
	object->get_property = get_property;
	object->finalize = finalize;
	g_object_class_install_property(object, PROP_SWAP,
					g_param_spec_boolean("swap", "swap", "Whether sink_0 goes to src_1 and sink_1 to src_0", FALSE,
							     G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING));
	g_object_class_install_property(object, PROP_LATE,
					g_param_spec_uint64("late", "late", "Frames left out, since a later one of the other camera had gone", 0,
							    G_MAXUINT64, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
	element->change_state = change_state;
	gst_element_class_add_static_pad_template(element, &sink_0);
	gst_element_class_add_static_pad_template(element, &sink_1);
	gst_element_class_add_static_pad_template(element, &src_0);
	gst_element_class_add_static_pad_template(element, &src_1);
	gst_element_class_set_static_metadata(element, "Eye swap", "Filter/Video", "Two cameras to two eyes, straight on or exchanged",
					      "The Binocle authors");
}

static GstPad *add_pad(BinocleEyeSwap *self, gint index, GstStaticPadTemplate *template)
{
	GstPad *pad = gst_pad_new_from_static_template(template, template->name_template);

	gst_pad_set_element_private(pad, GINT_TO_POINTER(index));
	if (template->direction == GST_PAD_SINK) {
		gst_pad_set_chain_function(pad, chain);
		gst_pad_set_event_function(pad, sink_event);
		gst_pad_set_query_function(pad, sink_query);
	} else {
		gst_pad_set_event_function(pad, source_event);
		gst_pad_set_query_function(pad, source_query);
	}
	gst_element_add_pad(GST_ELEMENT(self), pad);
	return pad;
}

static void binocle_eye_swap_init(BinocleEyeSwap *self)
{
	static GstStaticPadTemplate *sinks[] = { &sink_0, &sink_1 }, *sources[] = { &src_0, &src_1 };
	gint i;

	g_mutex_init(&self->lock);
	begin_anew(self);
	for (i = 0; i < EYES; i++) {
		g_mutex_init(&self->eyes[i].pushing);
		self->cameras[i].pad = add_pad(self, i, sinks[i]);
		self->eyes[i].pad = add_pad(self, i, sources[i]);
	}
}

gboolean binocle_register_eye_swap(GstPlugin *plugin)
{
	return gst_element_register(plugin, "eyeswap", GST_RANK_NONE, BINOCLE_TYPE_EYE_SWAP);
}
