/* The simulated scene of stereoscene, as one eye sees it. Nothing here knows of elements or pads.
 *
 * Lengths are in metres, right-handed for the eye: x right, y up, z ahead; colours are 0 to 1, red, green, blue. The scene is drawn in strips, each a part of
 * one row, by loops without branches that the compiler turns into vector instructions (build.mjs says what it needs for that).
 */
#ifndef BINOCLE_SCENE_H
#define BINOCLE_SCENE_H

#include <gst/video/video.h>

/* Pixels, even: what is at hand while a strip is drawn stays in the processor's first cache. */
#define STRIP_WIDTH 256

#define EYE_HEIGHT 1.25f
#define BALLS 5

/* What the properties of the element say. */
typedef struct {
	gboolean right;
	/* Half the distance between the eyes, with sign. */
	gdouble eye_x;
	/* In widths of the picture. */
	gdouble focal;
	/* OpenCV's first radial coefficient: bent = straight (1 + k1 straight^2). */
	gdouble k1;
	/* Speed. */
	gdouble motion;
	/* Cells of the marks across the picture. */
	guint columns;
} SceneLook;

typedef struct {
	gfloat x, y, z;
} Vector;

typedef struct {
	gfloat red, green, blue;
} Colour;

/* Pixels, even on every side, `right` and `bottom` just outside. */
typedef struct {
	gint left, top, right, bottom;
} Rectangle;

typedef struct {
	Vector centre;
	gfloat radius;
	Colour colour;
	gboolean moves, has_shadow;
} Ball;

/* The lens: how much a ray is straighter than the pixel says, for every pixel; 0 where no ray comes in. */
typedef struct {
	gint width, height;
	gfloat focal, k1;
	gfloat *straighten;
} Lens;

typedef struct {
	gint x, y, count;
	/* Where the rays go, `z` is 1; and 1 / their lengths. */
	gfloat ray_x[STRIP_WIDTH], ray_y[STRIP_WIDTH], shorten[STRIP_WIDTH];
	gfloat red[STRIP_WIDTH], green[STRIP_WIDTH], blue[STRIP_WIDTH];
	/* The nearest ball so far: depth, coverage of the pixel, colour in its light. */
	gfloat depth[STRIP_WIDTH], cover[STRIP_WIDTH];
	gfloat ball_red[STRIP_WIDTH], ball_green[STRIP_WIDTH], ball_blue[STRIP_WIDTH];
} Strip;

/* scene-lens.c */
void lens_init(Lens *lens, gint width, gint height, const SceneLook *look);
void lens_clear(Lens *lens);
/* The rays of the strip at its place. */
void lens_rays(const Lens *lens, Strip *strip);
/* Where a ball, and where its shadow, may be seen; nothing is seen of them outside. */
Rectangle lens_ball(const Lens *lens, const Ball *ball, gfloat eye_x);
Rectangle lens_shadow(const Lens *lens, const Ball *ball, gfloat eye_x);

/* scene-paint.c */
void balls_at(Ball balls[BALLS], gdouble time);
/* Sky, hills and ground, with the shadows of the balls that do not move. `sharp` is the focal length in pixels. */
void paint_backdrop(Strip *strip, const Ball balls[BALLS], gfloat eye_x, gfloat sharp);
/* A shadow over the backdrop, then balls over all: `paint_no_balls`, `paint_ball` in any order, `paint_nearest`. From and to are pixels of the strip. */
void paint_shadow(Strip *strip, const Ball *ball, gfloat eye_x, gint from, gint to);
void paint_no_balls(Strip *strip);
void paint_ball(Strip *strip, const Ball *ball, gfloat eye_x, gfloat sharp, gint from, gint to);
void paint_nearest(Strip *strip);

/* scene-marks.c */
Rectangle marks_bar(gint width, gint height, guint columns);
void paint_marks(Strip *strip, gint width, gint height, const SceneLook *look, guint64 frame);

/* scene-pixels.c */
typedef struct {
	/* Of luma and of both chromas: red, green, blue, and what is added; levels of 8 bits. */
	gfloat luma[4], blueness[4], redness[4];
} Matrix;
void matrix_init(Matrix *matrix, const GstVideoInfo *info);
/* Two rows, one below the other, as pixels of NV12, I420 or RGBA. */
void write_strips(const Matrix *matrix, const Strip *upper, const Strip *lower, GstVideoFrame *to);
/* Levels of 8 bits from colours. */
void to_levels(const gfloat *from, guint8 *to, gint count);

/* scene.c */
typedef struct _Scene Scene;
Scene *scene_new(const SceneLook *look, const GstVideoInfo *info);
void scene_free(Scene *scene);
void scene_draw(Scene *scene, guint64 frame, GstVideoFrame *to);

#endif
