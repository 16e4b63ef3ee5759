/* Two cameras of four buffers each before a stereopair: says how often one of them lacked a buffer that the element kept.
 * A frame has just come in one; the three others are the camera's to capture into. */
#include <gst/gst.h>
#include <gst/video/video.h>
#include <stdio.h>

#define BUFFERS 4
#define FRAMES 60
/* Until both eyes have come, the newest frame of one waits for the other's first. */
#define WARM_UP 5
#define FRAME_TIME (GST_SECOND / 50)

typedef struct {
	GstPad *pad;
	const gchar *name;
	GstClockTime late;
	gint frames;
	GstBufferPool *pool;
	gint starved;
} Camera;

static GstBufferPool *pool_of(GstCaps *caps, const GstVideoInfo *info)
{
	GstBufferPool *pool = gst_buffer_pool_new();
	GstStructure *config = gst_buffer_pool_get_config(pool);

	gst_buffer_pool_config_set_params(config, caps, GST_VIDEO_INFO_SIZE(info), BUFFERS, BUFFERS);
	gst_buffer_pool_set_config(pool, config);
	gst_buffer_pool_set_active(pool, TRUE);
	return pool;
}

/* Takes every buffer that can be had now, and gives them back: how many the camera could capture into. */
static gint free_buffers(GstBufferPool *pool)
{
	GstBufferPoolAcquireParams at_once = { .flags = GST_BUFFER_POOL_ACQUIRE_FLAG_DONTWAIT };
	GstBuffer *taken[BUFFERS];
	gint count = 0, i;

	while (count < BUFFERS && gst_buffer_pool_acquire_buffer(pool, &taken[count], &at_once) == GST_FLOW_OK)
		count++;
	for (i = 0; i < count; i++)
		gst_buffer_unref(taken[i]);
	return count;
}

static gpointer capture(gpointer data)
{
	Camera *camera = data;
	GstClockTime began = gst_util_get_timestamp();
	gint frame;

	for (frame = 0; frame < camera->frames; frame++) {
		GstClockTime time = frame * FRAME_TIME + camera->late, now = gst_util_get_timestamp() - began;
		GstBuffer *buffer;

		if (now < time)
			g_usleep((time - now) / GST_USECOND);
		if (gst_buffer_pool_acquire_buffer(camera->pool, &buffer, NULL) != GST_FLOW_OK)
			break;
		if (frame >= WARM_UP && free_buffers(camera->pool) < BUFFERS - 1)
			camera->starved++;
		GST_BUFFER_PTS(buffer) = time;
		if (gst_pad_push(camera->pad, buffer) != GST_FLOW_OK)
			break;
	}
	gst_pad_push_event(camera->pad, gst_event_new_eos());
	return NULL;
}

static void attach(Camera *camera, GstElement *element, const gchar *pad, GstCaps *caps, const GstVideoInfo *info)
{
	GstSegment segment;

	camera->pad = gst_pad_new(camera->name, GST_PAD_SRC);
	gst_pad_set_active(camera->pad, TRUE);
	gst_pad_link(camera->pad, gst_element_get_static_pad(element, pad));
	gst_segment_init(&segment, GST_FORMAT_TIME);
	gst_pad_push_event(camera->pad, gst_event_new_stream_start(camera->name));
	gst_pad_push_event(camera->pad, gst_event_new_caps(caps));
	gst_pad_push_event(camera->pad, gst_event_new_segment(&segment));
	camera->pool = pool_of(caps, info);
}

static void run(const gchar *what, GstClockTime late, gint right_frames)
{
	Camera cameras[] = { { .name = "left", .frames = FRAMES }, { .name = "right", .frames = right_frames, .late = late } };
	GstElement *pipeline = gst_parse_launch("stereopair name=pair ! fakesink sync=false", NULL);
	GstElement *pair = gst_bin_get_by_name(GST_BIN(pipeline), "pair");
	GstVideoInfo info;
	GstCaps *caps;
	GThread *threads[G_N_ELEMENTS(cameras)];
	guint i;

	gst_video_info_set_format(&info, GST_VIDEO_FORMAT_NV12, 64, 32);
	GST_VIDEO_INFO_FPS_N(&info) = 50;
	GST_VIDEO_INFO_FPS_D(&info) = 1;
	caps = gst_video_info_to_caps(&info);
	gst_element_set_state(pipeline, GST_STATE_PLAYING);
	for (i = 0; i < G_N_ELEMENTS(cameras); i++)
		attach(&cameras[i], pair, i == 0 ? "sink_0" : "sink_1", caps, &info);
	for (i = 0; i < G_N_ELEMENTS(cameras); i++)
		threads[i] = g_thread_new(cameras[i].name, capture, &cameras[i]);
	for (i = 0; i < G_N_ELEMENTS(cameras); i++)
		g_thread_join(threads[i]);
	for (i = 0; i < G_N_ELEMENTS(cameras); i++)
		printf("%s, %s: starved %d of %d\n", what, cameras[i].name, cameras[i].starved, cameras[i].frames);
	gst_element_set_state(pipeline, GST_STATE_NULL);
	gst_object_unref(pipeline);
}

int main(int argc, char **argv)
{
	gst_init(&argc, &argv);
	run("in step", 0, FRAMES);
	run("right late by half a frame", FRAME_TIME / 2, FRAMES);
	run("right late by more than it is waited for", FRAME_TIME * 97 / 100, FRAMES);
	run("right ends", 0, FRAMES / 4);
	return 0;
}
