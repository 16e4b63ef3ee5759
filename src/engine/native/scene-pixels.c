/* Colours of strips to pixels. */
#include "scene.h"
#include <math.h>

void matrix_init(Matrix *matrix, const GstVideoInfo *info)
{
	gdouble red = 0.299, blue = 0.114, green;
	gint offset[GST_VIDEO_MAX_COMPONENTS], scale[GST_VIDEO_MAX_COMPONENTS];

	if (GST_VIDEO_INFO_IS_RGB(info))
		return;
	/* A matrix that has no such numbers leaves those of BT.601. */
	gst_video_color_matrix_get_Kr_Kb(info->colorimetry.matrix, &red, &blue);
	green = 1 - red - blue;
	gst_video_color_range_offsets(info->colorimetry.range, info->finfo, offset, scale);
	*matrix = (Matrix){
		.luma = { red * scale[0], green * scale[0], blue * scale[0], offset[0] },
		.blueness = { -red / (2 - 2 * blue) * scale[1], -green / (2 - 2 * blue) * scale[1], 0.5 * scale[1], offset[1] },
		.redness = { 0.5 * scale[2], -green / (2 - 2 * red) * scale[2], -blue / (2 - 2 * red) * scale[2], offset[2] },
	};
}

static inline gfloat clamp01(gfloat value)
{
	value = value > 0 ? value : 0;
	return value < 1 ? value : 1;
}

void to_levels(const gfloat *from, guint8 *to, gint count)
{
	gint i;

	for (i = 0; i < count; i++)
		to[i] = (gint)(clamp01(from[i]) * 255 + 0.5f);
}

static void write_rgba(const Strip *strip, GstVideoFrame *to)
{
	guint8 *at = (guint8 *)GST_VIDEO_FRAME_PLANE_DATA(to, 0) + strip->y * GST_VIDEO_FRAME_PLANE_STRIDE(to, 0) + strip->x * 4;
	gint count = strip->count, i;

	for (i = 0; i < count; i++) {
		at[4 * i] = (gint)(clamp01(strip->red[i]) * 255 + 0.5f);
		at[4 * i + 1] = (gint)(clamp01(strip->green[i]) * 255 + 0.5f);
		at[4 * i + 2] = (gint)(clamp01(strip->blue[i]) * 255 + 0.5f);
		at[4 * i + 3] = 255;
	}
}

static void write_luma(const Matrix *matrix, const Strip *strip, GstVideoFrame *to)
{
	guint8 *at = (guint8 *)GST_VIDEO_FRAME_PLANE_DATA(to, 0) + strip->y * GST_VIDEO_FRAME_PLANE_STRIDE(to, 0) + strip->x;
	const gfloat red = matrix->luma[0], green = matrix->luma[1], blue = matrix->luma[2], black = matrix->luma[3] + 0.5f;
	gint count = strip->count, i;

	for (i = 0; i < count; i++)
		at[i] = (gint)(clamp01(strip->red[i]) * red + clamp01(strip->green[i]) * green + clamp01(strip->blue[i]) * blue + black);
}

/* Sums of 2 x 2 pixels; `count` is that of the sums. */
static void sum_pixels(const gfloat *upper, const gfloat *lower, gfloat *sums, gint count)
{
	gint i;

	for (i = 0; i < count; i++)
		sums[i] = clamp01(upper[2 * i]) + clamp01(upper[2 * i + 1]) + clamp01(lower[2 * i]) + clamp01(lower[2 * i + 1]);
}

/* At `from`, from sums of four colours. A grey has exactly half a level more than a whole one. */
static void chroma(const gfloat from[4], const gfloat *red, const gfloat *green, const gfloat *blue, guint8 *to, gint count)
{
	const gfloat reds = from[0] / 4, greens = from[1] / 4, blues = from[2] / 4, grey = from[3] + 0.5f;
	gint i;

	for (i = 0; i < count; i++) {
		gint level = red[i] * reds + green[i] * greens + blue[i] * blues + grey;

		to[i] = level < 255 ? level : 255;
	}
}

void write_strips(const Matrix *matrix, const Strip *upper, const Strip *lower, GstVideoFrame *to)
{
	gfloat red[STRIP_WIDTH / 2], green[STRIP_WIDTH / 2], blue[STRIP_WIDTH / 2];
	guint8 u[STRIP_WIDTH / 2], v[STRIP_WIDTH / 2];
	gint count = upper->count / 2, i;
	guint8 *us, *vs;

	if (GST_VIDEO_FRAME_FORMAT(to) == GST_VIDEO_FORMAT_RGBA) {
		write_rgba(upper, to);
		write_rgba(lower, to);
		return;
	}
	write_luma(matrix, upper, to);
	write_luma(matrix, lower, to);
	sum_pixels(upper->red, lower->red, red, count);
	sum_pixels(upper->green, lower->green, green, count);
	sum_pixels(upper->blue, lower->blue, blue, count);
	us = (guint8 *)GST_VIDEO_FRAME_COMP_DATA(to, 1) + upper->y / 2 * GST_VIDEO_FRAME_COMP_STRIDE(to, 1) +
	     upper->x / 2 * GST_VIDEO_FRAME_COMP_PSTRIDE(to, 1);
	vs = (guint8 *)GST_VIDEO_FRAME_COMP_DATA(to, 2) + upper->y / 2 * GST_VIDEO_FRAME_COMP_STRIDE(to, 2) +
	     upper->x / 2 * GST_VIDEO_FRAME_COMP_PSTRIDE(to, 2);
	if (GST_VIDEO_FRAME_COMP_PSTRIDE(to, 1) == 1) {
		chroma(matrix->blueness, red, green, blue, us, count);
		chroma(matrix->redness, red, green, blue, vs, count);
		return;
	}
	chroma(matrix->blueness, red, green, blue, u, count);
	chroma(matrix->redness, red, green, blue, v, count);
	for (i = 0; i < count; i++) {
		us[2 * i] = u[i];
		us[2 * i + 1] = v[i];
	}
}
