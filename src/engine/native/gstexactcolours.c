/* exactcolours: between 4:2:0 or 4:2:2 and RGB, and from grey, each value to the nearest level.
 *
 * videoconvert cuts its products of bytes off instead of rounding them, and takes grey of the full range for grey of the video range (GStreamer 1.22): a picture comes out
 * darker by 3 levels, or with another contrast. Here chroma is a straight line between its samples, where chroma-site says that they stand, and the mean of its pixels on
 * the way back. Where only the order of the bytes differs, they are copied. Behind a videoconvert for all other formats:
 *
 * ... ! videoconvert ! exactcolours ! video/x-raw,format=RGB ! pngenc ! ...
 */
#include "binocle.h"
#include <gst/video/gstvideofilter.h>
#include <math.h>
#include <string.h>

#define PLANES "I420, NV12, YV12, NV21"
/* videoconvert in front would rather make RGB of them than lose rows of chroma. */
#define WITH_MORE_CHROMA "Y42B, YUY2, UYVY, YVYU"
#define COLOURS "RGB, RGBA, BGR, BGRA, RGBx, BGRx"
#define TAKEN "{ " PLANES ", " WITH_MORE_CHROMA ", " COLOURS ", GRAY8 }"
#define MADE "{ " PLANES ", " COLOURS " }"

/* Of the fractions of the matrices. */
#define BITS 16
#define ONE (1 << BITS)

typedef struct {
	GstVideoFilter parent;
	/* From R, G, B to Y, U, V or back, in ONEths. */
	gint matrix[3][3];
	/* The level of Y that is black. */
	gint black;
	/* Chroma stands at the left pixel of each pair, not between them. */
	gboolean cosited;
	/* Samples of a row with one more at each end, then U and V of every pixel of a row. */
	gint *samples, *u, *v;
} ExactColours;

typedef struct {
	GstVideoFilterClass parent_class;
} ExactColoursClass;

G_DEFINE_TYPE(ExactColours, exact_colours, GST_TYPE_VIDEO_FILTER)

static GstStaticPadTemplate sink =
	GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS(GST_VIDEO_CAPS_MAKE(TAKEN)));
static GstStaticPadTemplate source =
	GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(GST_VIDEO_CAPS_MAKE(TAKEN)));

static void append_as(GstCaps *caps, const GstStructure *structure, const gchar *formats, gboolean same_colorimetry)
{
	GstStructure *other = gst_structure_copy(structure);
	GValue list = G_VALUE_INIT;

	g_value_init(&list, GST_TYPE_LIST);
	gst_value_deserialize(&list, formats);
	gst_structure_take_value(other, "format", &list);
	if (!same_colorimetry)
		gst_structure_remove_fields(other, "colorimetry", "chroma-site", NULL);
	gst_caps_append_structure(caps, other);
}

static gboolean is_yuv(const GstStructure *structure)
{
	const GValue *format = gst_structure_get_value(structure, "format");
	const gchar *name;

	if (format && GST_VALUE_HOLDS_LIST(format))
		format = gst_value_list_get_value(format, 0);
	name = format ? g_value_get_string(format) : NULL;
	return name && strstr(PLANES ", " WITH_MORE_CHROMA, name);
}

/* Each structure has formats of one kind: they come from the templates, from here, or from one element beside. */
static GstCaps *transform_caps(GstBaseTransform *base, GstPadDirection direction, GstCaps *caps, GstCaps *filter)
{
	gboolean forth = direction == GST_PAD_SINK;
	GstCaps *result = gst_caps_copy(caps);
	guint i;

	for (i = 0; i < gst_caps_get_size(caps); i++) {
		const GstStructure *structure = gst_caps_get_structure(caps, i);

		if (is_yuv(structure)) {
			append_as(result, structure, forth ? "{ " PLANES " }" : "{ " PLANES ", " WITH_MORE_CHROMA " }", TRUE);
			append_as(result, structure, forth ? "{ " COLOURS " }" : "{ " COLOURS ", GRAY8 }", FALSE);
		} else {
			append_as(result, structure, forth ? MADE : TAKEN, FALSE);
		}
	}
	return binocle_filtered(result, filter);
}

static gboolean set_info(GstVideoFilter *filter, GstCaps *in_caps, GstVideoInfo *in, GstCaps *out_caps, GstVideoInfo *out)
{
	ExactColours *self = (ExactColours *)filter;
	const GstVideoInfo *planes = GST_VIDEO_INFO_IS_YUV(in) ? in : out;
	gdouble red = 0.299, blue = 0.114, green, luma, chroma;
	gint offset[4], scale[4], row, column;
	gdouble matrix[3][3];

	if (GST_VIDEO_INFO_IS_YUV(in) == GST_VIDEO_INFO_IS_YUV(out))
		return TRUE;
	gst_video_color_matrix_get_Kr_Kb(planes->colorimetry.matrix, &red, &blue);
	gst_video_color_range_offsets(planes->colorimetry.range, planes->finfo, offset, scale);
	green = 1 - red - blue;
	luma = scale[0] / 255.0;
	chroma = scale[1] / 255.0;
	if (GST_VIDEO_INFO_IS_YUV(in)) {
		gdouble of_v = 2 * (1 - red) / chroma, of_u = 2 * (1 - blue) / chroma;
		gdouble back[3][3] = { { 1 / luma, 0, of_v },
				       { 1 / luma, -of_u * blue / green, -of_v * red / green },
				       { 1 / luma, of_u, 0 } };
		memcpy(matrix, back, sizeof matrix);
	} else {
		gdouble to_u = chroma / 2 / (1 - blue), to_v = chroma / 2 / (1 - red);
		gdouble there[3][3] = { { red * luma, green * luma, blue * luma },
					{ -red * to_u, -green * to_u, (1 - blue) * to_u },
					{ (1 - red) * to_v, -green * to_v, -blue * to_v } };
		memcpy(matrix, there, sizeof matrix);
	}
	for (row = 0; row < 3; row++)
		for (column = 0; column < 3; column++)
			self->matrix[row][column] = (gint)lrint(matrix[row][column] * ONE);
	self->black = offset[0];
	self->cosited = (planes->chroma_site & GST_VIDEO_CHROMA_SITE_H_COSITED) != 0;
	self->samples = g_renew(gint, self->samples, GST_VIDEO_INFO_WIDTH(in) + 4);
	self->u = g_renew(gint, self->u, GST_VIDEO_INFO_WIDTH(in) + 1);
	self->v = g_renew(gint, self->v, GST_VIDEO_INFO_WIDTH(in) + 1);
	return TRUE;
}

static guint8 *row_of(const GstVideoFrame *frame, gint component, gint row)
{
	if (component >= (gint)GST_VIDEO_FRAME_N_COMPONENTS(frame))
		component = 0;
	return (guint8 *)GST_VIDEO_FRAME_COMP_DATA(frame, component) + row * GST_VIDEO_FRAME_COMP_STRIDE(frame, component);
}

static inline guint8 level(gint value)
{
	value = (value + ONE / 2) >> BITS;
	return CLAMP(value, 0, 255);
}

/* The chroma of a row of pixels, on straight lines between its samples: 16 times its distance from no colour. */
static void chroma_row(ExactColours *self, const GstVideoFrame *from, gint component, gint row, gint *to)
{
	gint width = GST_VIDEO_FRAME_COMP_WIDTH(from, component), rows = GST_VIDEO_FRAME_COMP_HEIGHT(from, component);
	gint step = GST_VIDEO_FRAME_COMP_PSTRIDE(from, component), every = rows < GST_VIDEO_FRAME_HEIGHT(from) ? 2 : 1, near = row / every, i;
	gint far = every == 1 ? near : CLAMP(row % 2 ? near + 1 : near - 1, 0, rows - 1);
	const guint8 *nearer = row_of(from, component, near), *farther = row_of(from, component, far);
	gint *at = self->samples + 1;

	for (i = 0; i < width; i++)
		at[i] = 3 * nearer[i * step] + farther[i * step] - 4 * 128;
	at[-1] = at[0];
	at[width] = at[width - 1];
	if (self->cosited) {
		for (i = 0; i < width; i++) {
			to[2 * i] = 4 * at[i];
			to[2 * i + 1] = 2 * (at[i] + at[i + 1]);
		}
	} else {
		for (i = 0; i < width; i++) {
			to[2 * i] = at[i - 1] + 3 * at[i];
			to[2 * i + 1] = 3 * at[i] + at[i + 1];
		}
	}
}

static inline void colour_row(const ExactColours *self, gint k, const guint8 *restrict luma, gint luma_step, guint8 *restrict to, gint width,
			      gint step)
{
	gint of_y = self->matrix[k][0], of_u = self->matrix[k][1], of_v = self->matrix[k][2], black = of_y * self->black, x;
	const gint *restrict u = self->u, *restrict v = self->v;

	for (x = 0; x < width; x++)
		to[x * step] = level(of_y * luma[x * luma_step] - black + (of_u * u[x] + of_v * v[x]) / 16);
}

static void to_colours(ExactColours *self, const GstVideoFrame *from, GstVideoFrame *to)
{
	gint width = GST_VIDEO_FRAME_WIDTH(to), height = GST_VIDEO_FRAME_HEIGHT(to), row, k;
	gint step = GST_VIDEO_FRAME_COMP_PSTRIDE(to, 0), luma_step = GST_VIDEO_FRAME_COMP_PSTRIDE(from, 0);

	for (row = 0; row < height; row++) {
		chroma_row(self, from, 1, row, self->u);
		chroma_row(self, from, 2, row, self->v);
		/* What is no colour is opaque. */
		memset((guint8 *)GST_VIDEO_FRAME_PLANE_DATA(to, 0) + row * GST_VIDEO_FRAME_PLANE_STRIDE(to, 0), 255, width * step);
		for (k = 0; k < 3; k++) {
			const guint8 *luma = row_of(from, 0, row);
			guint8 *colour = row_of(to, k, row);

			/* Steps that the compiler knows. */
			if (luma_step == 1 && step == 3)
				colour_row(self, k, luma, 1, colour, width, 3);
			else if (luma_step == 1)
				colour_row(self, k, luma, 1, colour, width, 4);
			else
				colour_row(self, k, luma, luma_step, colour, width, step);
		}
	}
}

/* 8 times the mean of two rows of the pixels that a chroma sample is made of: those at both sides of it, or that where it stands and half of those beside. */
static inline gint sum_of(const guint8 *upper, const guint8 *lower, gint before, gint at, gint after, gboolean cosited)
{
	if (cosited)
		return upper[before] + 2 * upper[at] + upper[after] + lower[before] + 2 * lower[at] + lower[after];
	return 2 * (upper[at] + upper[after] + lower[at] + lower[after]);
}

static void to_planes(ExactColours *self, const GstVideoFrame *from, GstVideoFrame *to)
{
	gint width = GST_VIDEO_FRAME_WIDTH(from), height = GST_VIDEO_FRAME_HEIGHT(from), row, x, k;
	gint step = GST_VIDEO_FRAME_COMP_PSTRIDE(from, 0), chroma_step = GST_VIDEO_FRAME_COMP_PSTRIDE(to, 1);

	for (row = 0; row < height; row++) {
		const guint8 *r = row_of(from, 0, row), *g = row_of(from, 1, row), *b = row_of(from, 2, row);
		const gint *m = self->matrix[0];
		guint8 *luma = row_of(to, 0, row);

		for (x = 0; x < width; x++)
			luma[x] = level(m[0] * r[x * step] + m[1] * g[x * step] + m[2] * b[x * step] + self->black * ONE);
	}
	for (row = 0; row < height; row += 2) {
		const guint8 *upper[3], *lower[3];
		guint8 *u = row_of(to, 1, row / 2), *v = row_of(to, 2, row / 2);

		for (k = 0; k < 3; k++) {
			upper[k] = row_of(from, k, row);
			lower[k] = row_of(from, k, MIN(row + 1, height - 1));
		}
		for (x = 0; x < width; x += 2) {
			const gint *mu = self->matrix[1], *mv = self->matrix[2];
			gint before = MAX(x - 1, 0) * step, after = MIN(x + 1, width - 1) * step, sum[3];

			for (k = 0; k < 3; k++)
				sum[k] = sum_of(upper[k], lower[k], before, x * step, after, self->cosited);
			u[x / 2 * chroma_step] = level((mu[0] * sum[0] + mu[1] * sum[1] + mu[2] * sum[2]) / 8 + 128 * ONE);
			v[x / 2 * chroma_step] = level((mv[0] * sum[0] + mv[1] * sum[1] + mv[2] * sum[2]) / 8 + 128 * ONE);
		}
	}
}

/* The same levels in another order, each the mean of two rows where the picture that is made has half as many. */
static void reorder(const GstVideoFrame *from, GstVideoFrame *to)
{
	gint k, row, x;

	if (!GST_VIDEO_INFO_IS_YUV(&to->info))
		memset(GST_VIDEO_FRAME_PLANE_DATA(to, 0), 255, (gsize)GST_VIDEO_FRAME_PLANE_STRIDE(to, 0) * GST_VIDEO_FRAME_HEIGHT(to));
	for (k = 0; k < 3; k++) {
		gint width = GST_VIDEO_FRAME_COMP_WIDTH(to, k), height = GST_VIDEO_FRAME_COMP_HEIGHT(to, k);
		gint of = MIN(k, (gint)GST_VIDEO_FRAME_N_COMPONENTS(from) - 1), rows = GST_VIDEO_FRAME_COMP_HEIGHT(from, of);
		gint step = GST_VIDEO_FRAME_COMP_PSTRIDE(to, k), from_step = GST_VIDEO_FRAME_COMP_PSTRIDE(from, of), every = rows > height ? 2 : 1;

		for (row = 0; row < height; row++) {
			const guint8 *upper = row_of(from, k, row * every), *lower = row_of(from, k, MIN(row * every + every - 1, rows - 1));
			guint8 *here = row_of(to, k, row);

			if (every == 1 && step == 1 && from_step == 1)
				memcpy(here, upper, width);
			else
				for (x = 0; x < width; x++)
					here[x * step] = (upper[x * from_step] + lower[x * from_step] + 1) / 2;
		}
	}
}

static GstFlowReturn transform_frame(GstVideoFilter *filter, GstVideoFrame *from, GstVideoFrame *to)
{
	if (GST_VIDEO_INFO_IS_YUV(&from->info) == GST_VIDEO_INFO_IS_YUV(&to->info))
		reorder(from, to);
	else
		(GST_VIDEO_INFO_IS_YUV(&from->info) ? to_colours : to_planes)((ExactColours *)filter, from, to);
	return GST_FLOW_OK;
}

static void finalize(GObject *object)
{
	ExactColours *self = (ExactColours *)object;

	g_free(self->samples);
	g_free(self->u);
	g_free(self->v);
	G_OBJECT_CLASS(exact_colours_parent_class)->finalize(object);
}

static void exact_colours_class_init(ExactColoursClass *klass)
{
	GstBaseTransformClass *base = GST_BASE_TRANSFORM_CLASS(klass);
	GstElementClass *element = GST_ELEMENT_CLASS(klass);

	G_OBJECT_CLASS(klass)->finalize = finalize;
	base->transform_caps = transform_caps;
	base->passthrough_on_same_caps = TRUE;
	GST_VIDEO_FILTER_CLASS(klass)->set_info = set_info;
	GST_VIDEO_FILTER_CLASS(klass)->transform_frame = transform_frame;
	gst_element_class_add_static_pad_template(element, &sink);
	gst_element_class_add_static_pad_template(element, &source);
	gst_element_class_set_static_metadata(element, "Exact colours", "Filter/Converter/Video",
					      "Converts between 4:2:0 and RGB, and from grey, to the nearest level", "The Binocle authors");
}

static void exact_colours_init(ExactColours *self)
{
}

gboolean binocle_register_exact_colours(GstPlugin *plugin)
{
	return gst_element_register(plugin, "exactcolours", GST_RANK_NONE, exact_colours_get_type());
}
