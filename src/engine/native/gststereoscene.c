/* stereoscene: every frame that comes becomes a picture of the simulated scene from one eye (scene.h), at the time of that frame.
 *
 * What comes gives the beat only: its pixels are not looked at, so they may be few. The picture's size and format are what comes after likes. Frame
 * numbers are those of the caps' rate at the time of the frame, so that two eyes count alike and a frame left out is a number left out.
 *
 * videotestsrc ! video/x-raw,width=16,height=16,framerate=30/1 ! clocksync ! stereoscene eye-x=-0.0315 ! video/x-raw,width=640,height=480 ! ...
 */
#include "binocle.h"
#include "scene.h"
#include <gst/video/gstvideofilter.h>

/* What draws its rectangles by pairs of pixels and rows has no odd sizes. */
#define SIZES "[ 16, 16384, 2 ]"
#define OUTPUT                                                                                                                                       \
	"video/x-raw,format=(string){ NV12, I420, RGBA },width=(int)" SIZES ",height=(int)" SIZES ",framerate=(fraction)[ 0/1, max ]"

typedef struct {
	GstVideoFilter parent;
	/* Guarded by the object's lock, which nobody holds while something is drawn: what the properties say, the picture's format once it is known, and
	 * the scene that the next frame is of, where that is another one; and how often look and format changed. */
	SceneLook look;
	GstVideoInfo info;
	guint changes;
	Scene *next;
	/* The streaming thread's. */
	Scene *scene;
} StereoScene;

typedef struct {
	GstVideoFilterClass parent_class;
} StereoSceneClass;

enum { PROP_RIGHT = 1, PROP_EYE_X, PROP_FOCAL, PROP_K1, PROP_MOTION, PROP_COLUMNS };

static GstStaticPadTemplate sink = GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS("video/x-raw"));
static GstStaticPadTemplate source = GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(OUTPUT));

G_DEFINE_TYPE(StereoScene, stereo_scene, GST_TYPE_VIDEO_FILTER)

/* Both sides have one frame rate, and nothing else in common. */
static GstCaps *transform_caps(GstBaseTransform *base, GstPadDirection direction, GstCaps *caps, GstCaps *filter)
{
	GstStaticPadTemplate *other = direction == GST_PAD_SINK ? &source : &sink;
	GstCaps *result = gst_caps_new_empty(), *all = gst_static_pad_template_get_caps(other);
	guint i;

	for (i = 0; i < gst_caps_get_size(caps); i++) {
		GstCaps *one = gst_caps_copy(all);
		const GValue *rate = gst_structure_get_value(gst_caps_get_structure(caps, i), "framerate");

		if (rate)
			gst_caps_set_value(one, "framerate", rate);
		result = gst_caps_merge(result, one);
	}
	gst_caps_unref(all);
	return binocle_filtered(result, filter);
}

/* The size is not that of what comes. */
static GstCaps *fixate_caps(GstBaseTransform *base, GstPadDirection direction, GstCaps *caps, GstCaps *other)
{
	GstStructure *structure;

	other = gst_caps_make_writable(gst_caps_truncate(other));
	structure = gst_caps_get_structure(other, 0);
	if (direction == GST_PAD_SINK) {
		gst_structure_fixate_field_nearest_int(structure, "width", 640);
		gst_structure_fixate_field_nearest_int(structure, "height", 480);
		if (gst_structure_has_field(structure, "pixel-aspect-ratio"))
			gst_structure_fixate_field_nearest_fraction(structure, "pixel-aspect-ratio", 1, 1);
	}
	return gst_caps_fixate(other);
}

/* Draws what stands still in another scene, on the thread that asks for it: it takes longer than a frame, and frames go on with the old one meanwhile. */
static void prepare(StereoScene *self)
{
	GstVideoInfo info;
	SceneLook look;
	Scene *scene;
	guint changes;

	GST_OBJECT_LOCK(self);
	changes = ++self->changes;
	info = self->info;
	look = self->look;
	GST_OBJECT_UNLOCK(self);
	if (GST_VIDEO_INFO_FORMAT(&info) == GST_VIDEO_FORMAT_UNKNOWN)
		return;
	scene = scene_new(&look, &info);
	GST_OBJECT_LOCK(self);
	/* Not where it changed again meanwhile: whoever did that draws it. */
	if (changes == self->changes) {
		Scene *old = self->next;

		self->next = scene;
		scene = old;
	}
	GST_OBJECT_UNLOCK(self);
	scene_free(scene);
}

static gboolean set_info(GstVideoFilter *filter, GstCaps *in_caps, GstVideoInfo *in, GstCaps *out_caps, GstVideoInfo *out)
{
	StereoScene *self = (StereoScene *)filter;

	/* Of a source without a rate. */
	if (GST_VIDEO_INFO_FPS_N(out) == 0) {
		GST_ERROR_OBJECT(self, "no frame rate, and so no frame numbers");
		return FALSE;
	}
	GST_OBJECT_LOCK(self);
	self->info = *out;
	GST_OBJECT_UNLOCK(self);
	prepare(self);
	return TRUE;
}

static GstFlowReturn draw(GstVideoFilter *filter, GstVideoFrame *in, GstVideoFrame *out)
{
	StereoScene *self = (StereoScene *)filter;
	GstClockTime time = gst_segment_to_stream_time(&GST_BASE_TRANSFORM(filter)->segment, GST_FORMAT_TIME, GST_BUFFER_PTS(in->buffer));
	const GstVideoInfo *info = &filter->out_info;
	Scene *next;

	GST_OBJECT_LOCK(self);
	next = self->next;
	self->next = NULL;
	GST_OBJECT_UNLOCK(self);
	if (next) {
		scene_free(self->scene);
		self->scene = next;
	}
	if (!GST_CLOCK_TIME_IS_VALID(time))
		time = 0;
	scene_draw(self->scene,
		   gst_util_uint64_scale_round(time, GST_VIDEO_INFO_FPS_N(info), GST_VIDEO_INFO_FPS_D(info) * GST_SECOND), out);
	return GST_FLOW_OK;
}

static gboolean stop(GstBaseTransform *base)
{
	StereoScene *self = (StereoScene *)base;

	GST_OBJECT_LOCK(self);
	gst_video_info_init(&self->info);
	self->changes++;
	GST_OBJECT_UNLOCK(self);
	g_clear_pointer(&self->next, scene_free);
	g_clear_pointer(&self->scene, scene_free);
	return TRUE;
}

static void set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
	StereoScene *self = (StereoScene *)object;

	GST_OBJECT_LOCK(self);
	switch (id) {
	case PROP_RIGHT:
		self->look.right = g_value_get_boolean(value);
		break;
	case PROP_EYE_X:
		self->look.eye_x = g_value_get_double(value);
		break;
	case PROP_FOCAL:
		self->look.focal = g_value_get_double(value);
		break;
	case PROP_K1:
		self->look.k1 = g_value_get_double(value);
		break;
	case PROP_MOTION:
		self->look.motion = g_value_get_double(value);
		break;
	case PROP_COLUMNS:
		self->look.columns = g_value_get_uint(value);
		break;
	default:
		G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
	}
	GST_OBJECT_UNLOCK(self);
	prepare(self);
}

static void get_property(GObject *object, guint id, GValue *value, GParamSpec *spec)
{
	StereoScene *self = (StereoScene *)object;

	GST_OBJECT_LOCK(self);
	switch (id) {
	case PROP_RIGHT:
		g_value_set_boolean(value, self->look.right);
		break;
	case PROP_EYE_X:
		g_value_set_double(value, self->look.eye_x);
		break;
	case PROP_FOCAL:
		g_value_set_double(value, self->look.focal);
		break;
	case PROP_K1:
		g_value_set_double(value, self->look.k1);
		break;
	case PROP_MOTION:
		g_value_set_double(value, self->look.motion);
		break;
	case PROP_COLUMNS:
		g_value_set_uint(value, self->look.columns);
		break;
	default:
		G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
	}
	GST_OBJECT_UNLOCK(self);
}

static void finalize(GObject *object)
{
	scene_free(((StereoScene *)object)->next);
	scene_free(((StereoScene *)object)->scene);
	G_OBJECT_CLASS(stereo_scene_parent_class)->finalize(object);
}

static void stereo_scene_class_init(StereoSceneClass *klass)
{
	GObjectClass *object = G_OBJECT_CLASS(klass);
	GstElementClass *element = GST_ELEMENT_CLASS(klass);
	GstBaseTransformClass *base = GST_BASE_TRANSFORM_CLASS(klass);
	const GParamFlags live = G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING;

	object->set_property = set_property;
	object->get_property = get_property;
	object->finalize = finalize;
	g_object_class_install_property(object, PROP_RIGHT, g_param_spec_boolean("right", "right", "The label says right", FALSE, live));
	g_object_class_install_property(
		object, PROP_EYE_X,
		g_param_spec_double("eye-x", "eye-x", "Where the eye is, metres to the right of the middle", -1, 1, 0, live));
	g_object_class_install_property(object, PROP_FOCAL,
					g_param_spec_double("focal", "focal", "Focal length in widths of the picture", 0.01, 10, 0.8, live));
	g_object_class_install_property(object, PROP_K1,
					g_param_spec_double("k1", "k1", "First radial coefficient of the lens, as OpenCV has it", -1, 1, 0,
							    live));
	g_object_class_install_property(object, PROP_MOTION,
					g_param_spec_double("motion", "motion", "Speed of what moves; 0 stands still", 0, 100, 1, live));
	g_object_class_install_property(
		object, PROP_COLUMNS,
		g_param_spec_uint("columns", "columns", "Cells of label, code and frame number across the picture", 39, 1000, 40, live));
	base->transform_caps = transform_caps;
	base->fixate_caps = fixate_caps;
	base->stop = stop;
	GST_VIDEO_FILTER_CLASS(klass)->set_info = set_info;
	GST_VIDEO_FILTER_CLASS(klass)->transform_frame = draw;
	gst_element_class_add_static_pad_template(element, &sink);
	gst_element_class_add_static_pad_template(element, &source);
	gst_element_class_set_static_metadata(element, "Simulated stereo scene", "Filter/Effect/Video",
					      "Draws the simulated scene from one eye at the time of each frame", "The Binocle authors");
}

static void stereo_scene_init(StereoScene *self)
{
	gst_video_info_init(&self->info);
}

gboolean binocle_register_stereo_scene(GstPlugin *plugin)
{
	return gst_element_register(plugin, "stereoscene", GST_RANK_NONE, stereo_scene_get_type());
}
