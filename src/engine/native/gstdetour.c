/* detour: a place in a running stream where a branch can be put in and taken out again without a frame lost, doubled or out of order.
 *
 * Frames go from `sink` to `src`. With a branch linked from `out` to `back` and `around` set, frames go both ways until the branch gives its first one (a
 * new GL context and a shader take some 100 ms, in which the picture goes on), and from then on through the branch alone. With `around` unset, the next frame goes
 * straight on, after those that are still in the branch. What the branch gives has the caps of `src`, so that nothing downstream
 * notices: `back` offers no others. The branch begins with a queue, whose thread does its work.
 *
 * videotestsrc is-live=true ! detour name=d around=true ! autovideosink  d.out ! queue leaky=downstream ! videoflip method=clockwise ! ... ! d.back
 */
#include "binocle.h"

GST_DEBUG_CATEGORY_STATIC(detour_debug);
#define GST_CAT_DEFAULT detour_debug

/* A branch whose last frames do not come is not waited for. */
#define LONGEST_WAIT (200 * G_TIME_SPAN_MILLISECOND)

typedef struct {
	GstElement parent;
	GstPad *sink, *source;
	/* Keeps what two threads push in order; taken before `lock`. */
	GRecMutex pushing;
	/* Guards all below. */
	GMutex lock;
	GCond came_back;
	GstPad *out, *back;
	gboolean around;
	/* The branch has given a frame: all frames go through it. */
	gboolean through;
	gboolean flushing;
	/* PTS of the newest frame that went out, and of those that went into the branch alone and came back from there. */
	GstClockTime last_out, last_in_branch, last_back;
	guint64 direct, around_frames, surplus;
} Detour;

typedef struct {
	GstElementClass parent_class;
} DetourClass;

enum { PROP_AROUND = 1, PROP_STATS };

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
static GstStaticPadTemplate source_template = GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
static GstStaticPadTemplate out_template = GST_STATIC_PAD_TEMPLATE("out", GST_PAD_SRC, GST_PAD_REQUEST, GST_STATIC_CAPS_ANY);
static GstStaticPadTemplate back_template = GST_STATIC_PAD_TEMPLATE("back", GST_PAD_SINK, GST_PAD_REQUEST, GST_STATIC_CAPS_ANY);

G_DEFINE_TYPE(Detour, detour, GST_TYPE_ELEMENT)

static gboolean is_after(GstClockTime time, GstClockTime other)
{
	return !GST_CLOCK_TIME_IS_VALID(other) || !GST_CLOCK_TIME_IS_VALID(time) || time > other;
}

/* Until the branch has given back what it alone has. With the lock. */
static void wait_for_branch(Detour *self)
{
	gint64 until = g_get_monotonic_time() + LONGEST_WAIT;

	while (!self->flushing && self->back && GST_CLOCK_TIME_IS_VALID(self->last_in_branch) &&
	       is_after(self->last_in_branch, self->last_back))
		if (!g_cond_wait_until(&self->came_back, &self->lock, until))
			break;
	self->last_in_branch = GST_CLOCK_TIME_NONE;
}

static GstFlowReturn push_direct(Detour *self, GstBuffer *buffer)
{
	GstFlowReturn flow;

	g_rec_mutex_lock(&self->pushing);
	g_mutex_lock(&self->lock);
	self->last_out = GST_BUFFER_PTS(buffer);
	self->direct++;
	g_mutex_unlock(&self->lock);
	flow = gst_pad_push(self->source, buffer);
	g_rec_mutex_unlock(&self->pushing);
	return flow;
}

static GstFlowReturn chain(GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
	Detour *self = (Detour *)parent;
	gboolean alone;
	GstPad *out;
	GstFlowReturn flow;

	g_mutex_lock(&self->lock);
	out = self->around && self->out && self->back ? gst_object_ref(self->out) : NULL;
	alone = out && self->through;
	if (alone) {
		self->last_in_branch = GST_BUFFER_PTS(buffer);
	} else {
		wait_for_branch(self);
		if (!out)
			self->through = FALSE;
	}
	g_mutex_unlock(&self->lock);

	if (alone) {
		flow = gst_pad_push(out, gst_buffer_ref(buffer));
		if (flow == GST_FLOW_OK || flow == GST_FLOW_FLUSHING || flow == GST_FLOW_EOS) {
			gst_buffer_unref(buffer);
			flow = GST_FLOW_OK;
		} else {
			GST_WARNING_OBJECT(self, "the branch takes no frame (%s): straight on", gst_flow_get_name(flow));
			g_mutex_lock(&self->lock);
			self->around = self->through = FALSE;
			self->last_in_branch = GST_CLOCK_TIME_NONE;
			g_mutex_unlock(&self->lock);
			flow = push_direct(self, buffer);
		}
	} else {
		GstBuffer *copy = out ? gst_buffer_ref(buffer) : NULL;

		flow = push_direct(self, buffer);
		if (out)
			gst_pad_push(out, copy);
	}
	g_clear_pointer(&out, gst_object_unref);
	return flow;
}

static GstFlowReturn chain_back(GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
	Detour *self = (Detour *)parent;
	GstFlowReturn flow = GST_FLOW_OK;
	GstClockTime time = GST_BUFFER_PTS(buffer);
	gboolean wanted;

	g_rec_mutex_lock(&self->pushing);
	g_mutex_lock(&self->lock);
	if (self->around)
		self->through = TRUE;
	/* Those that went out the other way while the branch was being tried are known by their times. */
	wanted = self->through && is_after(time, self->last_out);
	if (wanted) {
		self->last_out = time;
		self->around_frames++;
	} else {
		self->surplus++;
	}
	g_mutex_unlock(&self->lock);
	if (wanted)
		flow = gst_pad_push(self->source, buffer);
	else
		gst_buffer_unref(buffer);
	g_mutex_lock(&self->lock);
	self->last_back = time;
	g_cond_broadcast(&self->came_back);
	g_mutex_unlock(&self->lock);
	g_rec_mutex_unlock(&self->pushing);
	return flow;
}

static void set_flushing(Detour *self, gboolean flushing)
{
	g_mutex_lock(&self->lock);
	self->flushing = flushing;
	self->last_out = self->last_in_branch = self->last_back = GST_CLOCK_TIME_NONE;
	g_cond_broadcast(&self->came_back);
	g_mutex_unlock(&self->lock);
}

static gboolean sink_event(GstPad *pad, GstObject *parent, GstEvent *event)
{
	Detour *self = (Detour *)parent;

	if (GST_EVENT_TYPE(event) == GST_EVENT_FLUSH_START || GST_EVENT_TYPE(event) == GST_EVENT_FLUSH_STOP) {
		set_flushing(self, GST_EVENT_TYPE(event) == GST_EVENT_FLUSH_START);
	} else if (GST_EVENT_IS_SERIALIZED(event)) {
		g_mutex_lock(&self->lock);
		wait_for_branch(self);
		g_mutex_unlock(&self->lock);
	}
	/* To both of the pads below. */
	return gst_pad_event_default(pad, parent, event);
}

/* What comes back besides frames went straight on, too. */
static gboolean back_event(GstPad *pad, GstObject *parent, GstEvent *event)
{
	gst_event_unref(event);
	return TRUE;
}

static gboolean source_event(GstPad *pad, GstObject *parent, GstEvent *event)
{
	return gst_pad_push_event(((Detour *)parent)->sink, event);
}

/* A branch asks nothing of the camera. */
static gboolean out_event(GstPad *pad, GstObject *parent, GstEvent *event)
{
	gst_event_unref(event);
	return TRUE;
}

static gboolean sink_query(GstPad *pad, GstObject *parent, GstQuery *query)
{
	return gst_pad_peer_query(((Detour *)parent)->source, query);
}

static gboolean source_query(GstPad *pad, GstObject *parent, GstQuery *query)
{
	return gst_pad_peer_query(((Detour *)parent)->sink, query);
}

/* The branch is given what `sink` has, and has to give what `src` has. */
static gboolean branch_query(GstPad *pad, GstObject *parent, GstQuery *query)
{
	Detour *self = (Detour *)parent;
	GstCaps *caps, *filter, *answer;

	if (GST_QUERY_TYPE(query) == GST_QUERY_LATENCY && pad == self->out)
		return gst_pad_peer_query(self->sink, query);
	if (GST_QUERY_TYPE(query) != GST_QUERY_CAPS && GST_QUERY_TYPE(query) != GST_QUERY_ACCEPT_CAPS)
		return FALSE;
	caps = gst_pad_get_current_caps(self->source);
	if (!caps)
		return FALSE;
	if (GST_QUERY_TYPE(query) == GST_QUERY_CAPS) {
		gst_query_parse_caps(query, &filter);
		answer = filter ? gst_caps_intersect(caps, filter) : gst_caps_ref(caps);
		gst_query_set_caps_result(query, answer);
	} else {
		gst_query_parse_accept_caps(query, &filter);
		gst_query_set_accept_caps_result(query, gst_caps_can_intersect(caps, filter));
		answer = NULL;
	}
	gst_clear_caps(&answer);
	gst_caps_unref(caps);
	return TRUE;
}

/* From `sink` to both ways, and nowhere from `back`: what would go round and round does not. */
static GstIterator *links(GstPad *pad, GstObject *parent)
{
	Detour *self = (Detour *)parent;
	GstIterator *both;
	GValue value = G_VALUE_INIT;

	if (pad == self->back)
		return NULL;
	g_value_init(&value, GST_TYPE_PAD);
	if (pad != self->sink) {
		g_value_set_object(&value, self->sink);
		both = gst_iterator_new_single(GST_TYPE_PAD, &value);
	} else {
		both = gst_element_iterate_src_pads(GST_ELEMENT(self));
	}
	g_value_unset(&value);
	return both;
}

static gboolean copy_sticky(GstPad *pad, GstEvent **event, gpointer out)
{
	gst_pad_store_sticky_event(out, *event);
	return TRUE;
}

static GstPad *request_pad(GstElement *element, GstPadTemplate *template, const gchar *name, const GstCaps *caps)
{
	Detour *self = (Detour *)element;
	gboolean is_out = GST_PAD_TEMPLATE_DIRECTION(template) == GST_PAD_SRC;
	GstPad **place = is_out ? &self->out : &self->back, *pad;

	g_mutex_lock(&self->lock);
	if (*place) {
		g_mutex_unlock(&self->lock);
		return NULL;
	}
	pad = gst_pad_new_from_template(template, GST_PAD_TEMPLATE_NAME_TEMPLATE(template));
	g_mutex_unlock(&self->lock);
	gst_pad_set_query_function(pad, branch_query);
	gst_pad_set_iterate_internal_links_function(pad, links);
	gst_pad_set_event_function(pad, is_out ? out_event : back_event);
	if (!is_out)
		gst_pad_set_chain_function(pad, chain_back);
	gst_pad_set_active(pad, TRUE);
	if (is_out)
		gst_pad_sticky_events_foreach(self->sink, copy_sticky, pad);
	gst_element_add_pad(element, pad);
	g_mutex_lock(&self->lock);
	*place = pad;
	self->through = FALSE;
	self->last_in_branch = self->last_back = GST_CLOCK_TIME_NONE;
	g_mutex_unlock(&self->lock);
	return pad;
}

static void release_pad(GstElement *element, GstPad *pad)
{
	Detour *self = (Detour *)element;

	g_mutex_lock(&self->lock);
	if (pad == self->out)
		self->out = NULL;
	if (pad == self->back)
		self->back = NULL;
	self->through = FALSE;
	g_cond_broadcast(&self->came_back);
	g_mutex_unlock(&self->lock);
	gst_pad_set_active(pad, FALSE);
	gst_element_remove_pad(element, pad);
}

static GstStateChangeReturn change_state(GstElement *element, GstStateChange transition)
{
	if (transition == GST_STATE_CHANGE_READY_TO_PAUSED)
		set_flushing((Detour *)element, FALSE);
	if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
		set_flushing((Detour *)element, TRUE);
	return GST_ELEMENT_CLASS(detour_parent_class)->change_state(element, transition);
}

static void set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
	Detour *self = (Detour *)object;

	if (id != PROP_AROUND) {
		G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
		return;
	}
	g_mutex_lock(&self->lock);
	self->around = g_value_get_boolean(value);
	g_mutex_unlock(&self->lock);
}

static void get_property(GObject *object, guint id, GValue *value, GParamSpec *spec)
{
	Detour *self = (Detour *)object;

	g_mutex_lock(&self->lock);
	if (id == PROP_AROUND)
		g_value_set_boolean(value, self->around);
	else if (id == PROP_STATS)
		g_value_take_boxed(value, gst_structure_new("detour-stats", "direct", G_TYPE_UINT64, self->direct, "around", G_TYPE_UINT64,
							    self->around_frames, "surplus", G_TYPE_UINT64, self->surplus, NULL));
	else
		G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
	g_mutex_unlock(&self->lock);
}

static void finalize(GObject *object)
{
	Detour *self = (Detour *)object;

	g_rec_mutex_clear(&self->pushing);
	g_mutex_clear(&self->lock);
	g_cond_clear(&self->came_back);
	G_OBJECT_CLASS(detour_parent_class)->finalize(object);
}

static void detour_class_init(DetourClass *klass)
{
	GObjectClass *object = G_OBJECT_CLASS(klass);
	GstElementClass *element = GST_ELEMENT_CLASS(klass);

	GST_DEBUG_CATEGORY_INIT(detour_debug, "detour", 0, "a place for a branch");
	object->set_property = set_property;
	object->get_property = get_property;
	object->finalize = finalize;
	g_object_class_install_property(object, PROP_AROUND,
					g_param_spec_boolean("around", "around", "Through the branch, from its first frame on", FALSE,
							     G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING));
	g_object_class_install_property(
		object, PROP_STATS,
		g_param_spec_boxed("stats", "stats", "Frames that went out: direct, around; surplus: given by the branch and not needed",
				   GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
	element->change_state = change_state;
	element->request_new_pad = request_pad;
	element->release_pad = release_pad;
	gst_element_class_add_static_pad_template(element, &sink_template);
	gst_element_class_add_static_pad_template(element, &source_template);
	gst_element_class_add_static_pad_template(element, &out_template);
	gst_element_class_add_static_pad_template(element, &back_template);
	gst_element_class_set_static_metadata(element, "Detour", "Generic", "A place for a branch in a running stream", "The Binocle authors");
}

static void detour_init(Detour *self)
{
	g_rec_mutex_init(&self->pushing);
	g_mutex_init(&self->lock);
	g_cond_init(&self->came_back);
	self->last_out = self->last_in_branch = self->last_back = GST_CLOCK_TIME_NONE;
	self->sink = gst_pad_new_from_static_template(&sink_template, "sink");
	gst_pad_set_chain_function(self->sink, chain);
	gst_pad_set_event_function(self->sink, sink_event);
	gst_pad_set_query_function(self->sink, sink_query);
	gst_pad_set_iterate_internal_links_function(self->sink, links);
	/* The default handler forwards caps of such pads only. */
	GST_PAD_SET_PROXY_CAPS(self->sink);
	gst_element_add_pad(GST_ELEMENT(self), self->sink);
	self->source = gst_pad_new_from_static_template(&source_template, "src");
	gst_pad_set_event_function(self->source, source_event);
	gst_pad_set_query_function(self->source, source_query);
	gst_pad_set_iterate_internal_links_function(self->source, links);
	gst_element_add_pad(GST_ELEMENT(self), self->source);
}

gboolean binocle_register_detour(GstPlugin *plugin)
{
	return gst_element_register(plugin, "detour", GST_RANK_NONE, detour_get_type());
}
