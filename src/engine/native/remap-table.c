/* The table of lensremap: see remap-table.h. */
#include "remap-table.h"
#include <math.h>

/* A lens may give what is no number, and then no comparison is to be left out. */
#pragma GCC optimize("no-finite-math-only")

/* Samples between two places of a row where the lens is asked; what lies between is on a straight line where that is exact to STRAIGHT / 8 of a sample. */
#define STEP 4
#define STRAIGHT 0.0625f
#define FRACTION 256

/* Of the plane, in samples, the middle of its first one being 0. Not a number where a ray does not come from the front. */
typedef struct {
	gfloat u, v;
} Point;

static const struct {
	const gchar *name;
	gsize at;
	gfloat otherwise;
} fields[] = {
#define FIELD(name, otherwise) { #name, G_STRUCT_OFFSET(RemapLens, name), otherwise }
	FIELD(m00, 1), FIELD(m01, 0), FIELD(m02, 0), FIELD(m10, 0), FIELD(m11, 1), FIELD(m12, 0), FIELD(m20, 0),
	FIELD(m21, 0), FIELD(m22, 1), FIELD(fx, 1),  FIELD(fy, 1),  FIELD(cx, 0),  FIELD(cy, 0),  FIELD(k1, 0),
	FIELD(k2, 0),  FIELD(p1, 0),  FIELD(p2, 0),  FIELD(k3, 0),  FIELD(k4, 0),  FIELD(k5, 0),  FIELD(k6, 0),
	FIELD(fisheye, 0),
#undef FIELD
};

RemapLens remap_lens(const GstStructure *uniforms)
{
	RemapLens lens;
	guint i;

	for (i = 0; i < G_N_ELEMENTS(fields); i++) {
		const GValue *value = uniforms ? gst_structure_get_value(uniforms, fields[i].name) : NULL;
		GValue number = G_VALUE_INIT;

		g_value_init(&number, G_TYPE_FLOAT);
		G_STRUCT_MEMBER(gfloat, &lens, fields[i].at) =
			value && g_value_transform(value, &number) ? g_value_get_float(&number) : fields[i].otherwise;
	}
	return lens;
}

static void pinhole(const RemapLens *lens, gfloat *x, gfloat *y)
{
	gfloat r2 = *x * *x + *y * *y;
	gfloat above = 1 + r2 * (lens->k1 + r2 * (lens->k2 + r2 * lens->k3));
	gfloat below = 1 + r2 * (lens->k4 + r2 * (lens->k5 + r2 * lens->k6));
	gfloat radial = above / (fabsf(below) < 1e-6f ? 1e-6f : below) + 2 * (lens->p1 * *y + lens->p2 * *x);

	*x = *x * radial + lens->p2 * r2;
	*y = *y * radial + lens->p1 * r2;
}

static void fisheye(const RemapLens *lens, gfloat *x, gfloat *y)
{
	gfloat r = MAX(sqrtf(*x * *x + *y * *y), 1e-6f);
	gfloat theta = atanf(r), t2 = theta * theta;
	gfloat radial = theta * (1 + t2 * (lens->k1 + t2 * (lens->k2 + t2 * (lens->k3 + t2 * lens->k4)))) / r;

	*x *= radial;
	*y *= radial;
}

/* The same lens between the samples of a plane: from column and row of the output, to those of the input. */
static RemapLens in_samples(const RemapLens *lens, const RemapPlane *plane)
{
	RemapLens own = *lens;
	gfloat right = (gfloat)plane->every / plane->out_width, down = (gfloat)plane->every / plane->out_height;
	gfloat x = 0.5f * right - plane->left / plane->out_width, y = 0.5f * down;
	gfloat wide = (gfloat)plane->in_width / plane->every, high = (gfloat)plane->in_height / plane->every;

	own.m02 += own.m00 * x + own.m01 * y;
	own.m12 += own.m10 * x + own.m11 * y;
	own.m22 += own.m20 * x + own.m21 * y;
	own.m00 *= right;
	own.m10 *= right;
	own.m20 *= right;
	own.m01 *= down;
	own.m11 *= down;
	own.m21 *= down;
	own.fx *= wide;
	own.fy *= high;
	own.cx = own.cx * wide + plane->left / plane->every - 0.5f;
	own.cy = own.cy * high - 0.5f;
	return own;
}

static Point captured(const RemapLens *lens, gfloat column, gfloat row)
{
	gfloat z = lens->m20 * column + lens->m21 * row + lens->m22, near = 1 / z;
	gfloat x = (lens->m00 * column + lens->m01 * row + lens->m02) * near;
	gfloat y = (lens->m10 * column + lens->m11 * row + lens->m12) * near;

	if (!(z > 0))
		return (Point){ G_MAXFLOAT, G_MAXFLOAT };
	if (lens->fisheye)
		fisheye(lens, &x, &y);
	else
		pinhole(lens, &x, &y);
	return (Point){ x * lens->fx + lens->cx, y * lens->fy + lens->cy };
}

static RemapEntry entry(const RemapPlane *plane, Point at, Point end)
{
	gint u, v;

	/* From the sample of black before the first one to that behind the last one. */
	if (!(at.u > -1 && at.v > -1 && at.u < end.u && at.v < end.v))
		return (RemapEntry){ 0, 0, 0 };
	u = (at.u + 1) * FRACTION + 0.5f;
	v = (at.v + 1) * FRACTION + 0.5f;
	return (RemapEntry){ v / FRACTION * plane->stride + u / FRACTION * plane->bytes, u % FRACTION, v % FRACTION };
}

static gboolean straight(Point first, Point middle, Point last)
{
	/* False for what is far out or not a number. */
	return fabsf(first.u - 2 * middle.u + last.u) < STRAIGHT && fabsf(first.v - 2 * middle.v + last.v) < STRAIGHT;
}

void remap_table(RemapEntry *table, gint width, gint height, const RemapLens *lens, const RemapPlane *plane)
{
	/* A rounding may not lead past the black. */
	Point end = { (plane->in_width + plane->every - 1) / plane->every - 1.0f / FRACTION,
		      (plane->in_height + plane->every - 1) / plane->every - 1.0f / FRACTION };
	RemapLens own = in_samples(lens, plane);
	gint row, x, i;

	for (row = 0; row < height; row++, table += width) {
		Point last = captured(&own, 0, row);

		for (x = 0; x < width; x += 2 * STEP) {
			Point first = last, middle = captured(&own, x + STEP, row);
			gint count = MIN(2 * STEP, width - x);
			Point points[2 * STEP];

			last = captured(&own, x + 2 * STEP, row);
			if (straight(first, middle, last))
				for (i = 0; i < STEP; i++) {
					gfloat share = i / (gfloat)STEP;

					points[i] = (Point){ first.u + (middle.u - first.u) * share, first.v + (middle.v - first.v) * share };
					points[i + STEP] = (Point){ middle.u + (last.u - middle.u) * share, middle.v + (last.v - middle.v) * share };
				}
			else
				for (i = 0; i < count; i++)
					points[i] = captured(&own, x + i, row);
			for (i = 0; i < count; i++)
				table[x + i] = entry(plane, points[i], end);
		}
	}
}
