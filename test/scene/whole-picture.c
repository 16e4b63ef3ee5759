/* Every picture as it is drawn, by rectangles over what stands still, beside the same one with everything looked for everywhere; says where they differ. */
#include "../../src/engine/native/scene.c"
#include <stdio.h>
#include <string.h>

static const struct {
	gint width, height;
} sizes[] = { { 64, 64 }, { 160, 120 }, { 514, 98 }, { 652, 366 }, { 640, 480 }, { 1920, 120 }, { 96, 700 } };
static const gdouble bends[] = { -0.6, -0.2, 0, 0.15, 0.6 };
static const gdouble eyes[] = { -0.5, -0.0315, 0.5 };

static void draw_whole(Scene *scene, guint64 frame, GstVideoFrame *to)
{
	Rectangle all = { 0, 0, scene->lens.width, scene->lens.height };
	Moment moment = moment_at(scene, frame);
	gint i;

	for (i = 0; i < BALLS; i++)
		moment.seen[i] = moment.shadows[i] = all;
	draw_rectangles(scene, &all, 1, &moment, TRUE, to);
}

static GstBuffer *picture(Scene *scene, guint64 frame, void (*draw)(Scene *, guint64, GstVideoFrame *))
{
	GstBuffer *buffer = gst_buffer_new_allocate(NULL, GST_VIDEO_INFO_SIZE(&scene->info), NULL);
	GstVideoFrame to;

	gst_buffer_memset(buffer, 0, 77, -1);
	gst_video_frame_map(&to, &scene->info, buffer, GST_MAP_WRITE);
	draw(scene, frame, &to);
	gst_video_frame_unmap(&to);
	return buffer;
}

static void compare(const SceneLook *look, const GstVideoInfo *info)
{
	Scene *scene = scene_new(look, info);
	guint64 frame;

	for (frame = 0; frame < 240; frame += 80) {
		GstBuffer *drawn = picture(scene, frame, scene_draw), *whole = picture(scene, frame, draw_whole);
		GstMapInfo map;

		gst_buffer_map(whole, &map, GST_MAP_READ);
		if (gst_buffer_memcmp(drawn, 0, map.data, map.size) != 0)
			printf("%s %dx%d, k1 %g, eye at %g, frame %u\n", GST_VIDEO_INFO_NAME(info), GST_VIDEO_INFO_WIDTH(info),
			       GST_VIDEO_INFO_HEIGHT(info), look->k1, look->eye_x, (guint)frame);
		gst_buffer_unmap(whole, &map);
		gst_buffer_unref(drawn);
		gst_buffer_unref(whole);
	}
	scene_free(scene);
}

int main(int argc, char **argv)
{
	guint size, bend, eye;
	GstVideoInfo info;

	gst_init(&argc, &argv);
	for (size = 0; size < G_N_ELEMENTS(sizes); size++) {
		gint width = sizes[size].width, height = sizes[size].height;

		gst_video_info_set_format(&info, size % 2 ? GST_VIDEO_FORMAT_NV12 : GST_VIDEO_FORMAT_RGBA, width, height);
		GST_VIDEO_INFO_FPS_N(&info) = 24;
		for (bend = 0; bend < G_N_ELEMENTS(bends); bend++) {
			for (eye = 0; eye < G_N_ELEMENTS(eyes); eye++) {
				SceneLook look = { .right = eye > 1,
						   .eye_x = eyes[eye],
						   .focal = 0.8 * MIN(width, height * 4 / 3.0) / width,
						   .k1 = bends[bend],
						   .motion = 3.7,
						   .columns = 40 };

				compare(&look, &info);
			}
		}
	}
	return 0;
}
