/* Rays of the simulated lens, and back: where in the picture something stands. */
#include "scene.h"
#include <math.h>

/* Pixels about what is seen of a thing, for rounding. */
#define MARGIN 2

typedef struct {
	gdouble left, right, top, bottom;
} Box;

/* straight / bent, or 0 past the fold of a barrel, where no ray comes in. In both directions it is a sine of the third part of an angle:
 * A / 3 sin(3 a) = A sin a - 4 A / 3 sin^3 a, and with k1 = -4 / (3 A^2) that is the lens; sinh likewise where k1 is positive. */
static gfloat straightened(gdouble bent, gdouble k1)
{
	gdouble a, sine;

	if (k1 == 0 || bent == 0)
		return 1;
	a = 2 / sqrt(3 * fabs(k1));
	sine = 3 * bent / a;
	if (k1 > 0)
		return a * sinh(asinh(sine) / 3) / bent;
	return sine < 1 ? a * sin(asin(sine) / 3) / bent : 0;
}

static gdouble bent_x(const Lens *lens, gdouble x)
{
	return (x + 0.5 - lens->width / 2.0) / (lens->focal * lens->width);
}

static gdouble bent_y(const Lens *lens, gdouble y)
{
	return (y + 0.5 - lens->height / 2.0) / (lens->focal * lens->width);
}

void lens_init(Lens *lens, gint width, gint height, const SceneLook *look)
{
	gint x, y;
	gfloat *at;

	lens->width = width;
	lens->height = height;
	lens->focal = look->focal;
	lens->k1 = look->k1;
	lens->straighten = at = g_new(gfloat, (gsize)width * height);
	for (y = 0; y < height; y++)
		for (x = 0; x < width; x++)
			*at++ = straightened(hypot(bent_x(lens, x), bent_y(lens, y)), look->k1);
}

void lens_clear(Lens *lens)
{
	g_clear_pointer(&lens->straighten, g_free);
}

void lens_rays(const Lens *lens, Strip *strip)
{
	const gfloat *straighten = lens->straighten + (gsize)strip->y * lens->width + strip->x;
	gfloat step = 1 / (lens->focal * lens->width), left = strip->x + 0.5f - lens->width / 2.0f, up = -bent_y(lens, strip->y);
	gint i;

	for (i = 0; i < strip->count; i++) {
		gfloat x = (left + i) * step * straighten[i], y = up * straighten[i];

		strip->ray_x[i] = x;
		strip->ray_y[i] = y;
		strip->shorten[i] = 1 / sqrtf(x * x + y * y + 1);
	}
}

/* A box of rays (y down) as the lens bends it, as pixels. */
static Rectangle seen(const Lens *lens, Box box)
{
	gdouble k1 = lens->k1, pixels = lens->focal * lens->width;
	gdouble xs[3] = { box.left, box.right, CLAMP(0, box.left, box.right) };
	gdouble ys[3] = { box.top, box.bottom, CLAMP(0, box.top, box.bottom) };
	/* Up to its fold a barrel leaves at least two thirds of a ray; past it nothing is seen, and the box may be as it is. */
	Box all = { MIN(xs[0], xs[0] * 2 / 3), MAX(xs[1], xs[1] * 2 / 3), MIN(ys[0], ys[0] * 2 / 3), MAX(ys[1], ys[1] * 2 / 3) };
	gdouble furthest = MAX(-xs[0], xs[1]) * MAX(-xs[0], xs[1]) + MAX(-ys[0], ys[1]) * MAX(-ys[0], ys[1]);
	gint i, k;

	if (1 + 3 * k1 * furthest > 0) {
		/* The outermost of what a side becomes is at one of its ends or where it crosses an axis. */
		all = (Box){ G_MAXDOUBLE, -G_MAXDOUBLE, G_MAXDOUBLE, -G_MAXDOUBLE };
		for (i = 0; i < 3; i++) {
			for (k = 0; k < 3; k++) {
				gdouble bend = 1 + k1 * (xs[i] * xs[i] + ys[k] * ys[k]);

				all.left = MIN(all.left, xs[i] * bend);
				all.right = MAX(all.right, xs[i] * bend);
				all.top = MIN(all.top, ys[k] * bend);
				all.bottom = MAX(all.bottom, ys[k] * bend);
			}
		}
	}
	return (Rectangle){
		(gint)CLAMP(lens->width / 2.0 + all.left * pixels - MARGIN, 0, lens->width) & ~1,
		(gint)CLAMP(lens->height / 2.0 + all.top * pixels - MARGIN, 0, lens->height) & ~1,
		((gint)CLAMP(lens->width / 2.0 + all.right * pixels + MARGIN, 0, lens->width - 1) + 1) & ~1,
		((gint)CLAMP(lens->height / 2.0 + all.bottom * pixels + MARGIN, 0, lens->height - 1) + 1) & ~1,
	};
}

/* Tangents of the two rays that touch a circle. */
static void touching(gdouble aside, gdouble ahead, gdouble radius, gdouble *from, gdouble *to)
{
	gdouble middle = atan2(aside, ahead), half = asin(MIN(radius / hypot(aside, ahead), 1));

	*from = tan(MAX(middle - half, -1.5));
	*to = tan(MIN(middle + half, 1.5));
}

Rectangle lens_ball(const Lens *lens, const Ball *ball, gfloat eye_x)
{
	/* Half a pixel more for the soft edge, as paint_ball has it. */
	gdouble radius = sqrt(ball->radius * (ball->radius + ball->centre.z / (lens->focal * lens->width)));
	Box box;

	touching(ball->centre.x - eye_x, ball->centre.z, radius, &box.left, &box.right);
	touching(EYE_HEIGHT - ball->centre.y, ball->centre.z, radius, &box.top, &box.bottom);
	return seen(lens, box);
}

Rectangle lens_shadow(const Lens *lens, const Ball *ball, gfloat eye_x)
{
	gdouble radius = ball->radius * 1.5, near = ball->centre.z - radius, far = ball->centre.z + radius;
	gdouble left = ball->centre.x - eye_x - radius, right = left + 2 * radius;

	return seen(lens, (Box){ MIN(left / near, left / far), MAX(right / near, right / far), EYE_HEIGHT / far, EYE_HEIGHT / near });
}
