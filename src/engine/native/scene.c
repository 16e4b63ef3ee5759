/* The scene of every frame: what stands still is drawn once and copied, then each rectangle in which something moves is drawn anew.
 *
 * There everything is drawn from behind to front, whatever reaches into it, so that it does not matter how rectangles overlap.
 */
#include "scene.h"

/* Where no ray comes in. */
#define DARK 0.02f

struct _Scene {
	SceneLook look;
	GstVideoInfo info;
	Matrix matrix;
	Lens lens;
	gfloat eye_x, sharp;
	/* Seconds. */
	gdouble frame_time;
	/* Sky and ground in 8 bits: red, green, blue, a plane each. */
	guint8 *backdrop[3];
	/* The backdrop, the balls that do not move and the label, as pixels that go out. */
	GstBuffer *still;
};

/* Everything that is to be drawn for one frame. */
typedef struct {
	Ball balls[BALLS];
	Rectangle seen[BALLS], shadows[BALLS];
	guint64 frame;
} Moment;

static Moment moment_at(const Scene *scene, guint64 frame)
{
	Moment moment = { .frame = frame };
	gint i;

	balls_at(moment.balls, frame * scene->frame_time * scene->look.motion);
	for (i = 0; i < BALLS; i++) {
		moment.seen[i] = lens_ball(&scene->lens, &moment.balls[i], scene->eye_x);
		moment.shadows[i] = lens_shadow(&scene->lens, &moment.balls[i], scene->eye_x);
	}
	return moment;
}

static void draw_backdrop(Scene *scene)
{
	gint width = GST_VIDEO_INFO_WIDTH(&scene->info), height = GST_VIDEO_INFO_HEIGHT(&scene->info), i;
	Ball balls[BALLS];
	Strip strip;

	balls_at(balls, 0);
	for (strip.y = 0; strip.y < height; strip.y++) {
		for (strip.x = 0; strip.x < width; strip.x += STRIP_WIDTH) {
			gsize at = (gsize)strip.y * width + strip.x;

			strip.count = MIN(STRIP_WIDTH, width - strip.x);
			lens_rays(&scene->lens, &strip);
			paint_backdrop(&strip, balls, scene->eye_x, scene->sharp);
			for (i = 0; i < strip.count; i++)
				if (scene->lens.straighten[at + i] == 0)
					strip.red[i] = strip.green[i] = strip.blue[i] = DARK;
			to_levels(strip.red, scene->backdrop[0] + at, strip.count);
			to_levels(strip.green, scene->backdrop[1] + at, strip.count);
			to_levels(strip.blue, scene->backdrop[2] + at, strip.count);
		}
	}
}

static void from_levels(const guint8 *from, gfloat *to, gint count)
{
	gint i;

	for (i = 0; i < count; i++)
		to[i] = from[i] * (1.0f / 255);
}

/* The part of a rectangle in a strip, in pixels of the strip; FALSE where there is none. */
static gboolean part_of(const Rectangle *rectangle, const Strip *strip, gint *from, gint *to)
{
	if (strip->y < rectangle->top || strip->y >= rectangle->bottom)
		return FALSE;
	*from = MAX(rectangle->left - strip->x, 0);
	*to = MIN(rectangle->right - strip->x, strip->count);
	return *from < *to;
}

static void hide_what_no_ray_shows(const Scene *scene, Strip *strip)
{
	const gfloat *straighten = scene->lens.straighten + (gsize)strip->y * scene->lens.width + strip->x;
	gint i;

	for (i = 0; i < strip->count; i++)
		strip->cover[i] = straighten[i] > 0 ? strip->cover[i] : 0;
}

/* Whether any of this reaches into the strip. */
static gboolean any_in(const Moment *moment, const Strip *strip)
{
	gint i, from, to;

	for (i = 0; i < BALLS; i++)
		if (part_of(&moment->seen[i], strip, &from, &to) || part_of(&moment->shadows[i], strip, &from, &to))
			return TRUE;
	return FALSE;
}

/* With what moves, or without. */
static void draw_strip(const Scene *scene, Strip *strip, const Moment *moment, gboolean moving)
{
	gsize at = (gsize)strip->y * scene->lens.width + strip->x;
	gint i, from, to;

	from_levels(scene->backdrop[0] + at, strip->red, strip->count);
	from_levels(scene->backdrop[1] + at, strip->green, strip->count);
	from_levels(scene->backdrop[2] + at, strip->blue, strip->count);
	if (!any_in(moment, strip))
		return;
	lens_rays(&scene->lens, strip);
	for (i = 0; i < BALLS && moving; i++) {
		const Ball *ball = &moment->balls[i];

		if (ball->moves && ball->has_shadow && part_of(&moment->shadows[i], strip, &from, &to))
			paint_shadow(strip, ball, scene->eye_x, from, to);
	}
	paint_no_balls(strip);
	for (i = 0; i < BALLS; i++) {
		const Ball *ball = &moment->balls[i];

		if ((moving || !ball->moves) && part_of(&moment->seen[i], strip, &from, &to))
			paint_ball(strip, ball, scene->eye_x, scene->sharp, from, to);
	}
	if (scene->look.k1 < 0)
		hide_what_no_ray_shows(scene, strip);
	paint_nearest(strip);
}

/* Pixels of two rows. */
static void draw_run(const Scene *scene, gint y, gint from, gint to, const Moment *moment, gboolean moving, GstVideoFrame *frame)
{
	gint width = scene->lens.width, height = scene->lens.height, x;
	Strip upper, lower;

	for (x = from; x < to; x += STRIP_WIDTH) {
		upper.x = lower.x = x;
		upper.count = lower.count = MIN(STRIP_WIDTH, to - x);
		upper.y = y;
		lower.y = y + 1;
		draw_strip(scene, &upper, moment, moving);
		draw_strip(scene, &lower, moment, moving);
		paint_marks(&upper, width, height, &scene->look, moment->frame);
		paint_marks(&lower, width, height, &scene->look, moment->frame);
		write_strips(&scene->matrix, &upper, &lower, frame);
	}
}

/* That in this row which goes on or begins next, from `x`; NULL where there is none. */
static const Rectangle *next_in_row(const Rectangle *rectangles, guint count, gint y, gint x)
{
	const Rectangle *next = NULL;
	guint i;

	for (i = 0; i < count; i++)
		if (y >= rectangles[i].top && y < rectangles[i].bottom && rectangles[i].right > x &&
		    (!next || rectangles[i].left < next->left))
			next = &rectangles[i];
	return next;
}

/* Where they overlap, too, every pixel is drawn once. */
static void draw_rectangles(const Scene *scene, const Rectangle *rectangles, guint count, const Moment *moment, gboolean moving,
			    GstVideoFrame *frame)
{
	const Rectangle *next;
	gint x, y;

	for (y = 0; y < scene->lens.height; y += 2)
		for (x = 0; (next = next_in_row(rectangles, count, y, x)); x = next->right)
			draw_run(scene, y, MAX(x, next->left), next->right, moment, moving, frame);
}

static void draw_still(Scene *scene)
{
	Rectangle all = { 0, 0, scene->lens.width, scene->lens.height };
	Moment moment = moment_at(scene, 0);
	GstVideoFrame still;

	scene->still = gst_buffer_new_allocate(NULL, GST_VIDEO_INFO_SIZE(&scene->info), NULL);
	if (!gst_video_frame_map(&still, &scene->info, scene->still, GST_MAP_WRITE))
		return;
	draw_rectangles(scene, &all, 1, &moment, FALSE, &still);
	gst_video_frame_unmap(&still);
}

Scene *scene_new(const SceneLook *look, const GstVideoInfo *info)
{
	Scene *scene = g_new0(Scene, 1);
	gint i;

	scene->look = *look;
	scene->info = *info;
	scene->eye_x = look->eye_x;
	scene->sharp = look->focal * GST_VIDEO_INFO_WIDTH(info);
	scene->frame_time = (gdouble)GST_VIDEO_INFO_FPS_D(info) / GST_VIDEO_INFO_FPS_N(info);
	matrix_init(&scene->matrix, info);
	lens_init(&scene->lens, GST_VIDEO_INFO_WIDTH(info), GST_VIDEO_INFO_HEIGHT(info), look);
	for (i = 0; i < 3; i++)
		scene->backdrop[i] = g_malloc((gsize)GST_VIDEO_INFO_WIDTH(info) * GST_VIDEO_INFO_HEIGHT(info));
	draw_backdrop(scene);
	draw_still(scene);
	return scene;
}

void scene_free(Scene *scene)
{
	gint i;

	if (!scene)
		return;
	for (i = 0; i < 3; i++)
		g_free(scene->backdrop[i]);
	gst_clear_buffer(&scene->still);
	lens_clear(&scene->lens);
	g_free(scene);
}

void scene_draw(Scene *scene, guint64 frame, GstVideoFrame *to)
{
	Moment moment = moment_at(scene, frame);
	Rectangle changing[2 * BALLS + 1];
	GstVideoFrame still;
	guint count = 0;
	gint i;

	if (gst_video_frame_map(&still, &scene->info, scene->still, GST_MAP_READ)) {
		gst_video_frame_copy(to, &still);
		gst_video_frame_unmap(&still);
	}
	for (i = 0; i < BALLS; i++) {
		if (!moment.balls[i].moves)
			continue;
		changing[count++] = moment.seen[i];
		if (moment.balls[i].has_shadow)
			changing[count++] = moment.shadows[i];
	}
	changing[count++] = marks_bar(scene->lens.width, scene->lens.height, scene->look.columns);
	draw_rectangles(scene, changing, count, &moment, TRUE, to);
}
