/* What the scene looks like: sky, hills, ground, balls and their shadows. Loops over the pixels of a strip, without branches. */
#include "scene.h"
#include <math.h>

#define SHADOW_RADIUS 1.5f

static const Colour horizon = { 1, 0.68f, 0.47f };
/* What the ground is lost in. */
static const Colour haze = { 0.86f, 0.68f * 0.86f, 0.47f * 0.86f };
static const Vector sun = { 0.56f, 0.62f, -0.55f };

static inline gfloat clamp01(gfloat value)
{
	value = value > 0 ? value : 0;
	return value < 1 ? value : 1;
}

static inline gfloat mix(gfloat one, gfloat other, gfloat part)
{
	return one + (other - one) * part;
}

static inline gfloat fract(gfloat value)
{
	return value - floorf(value);
}

/* Of period 1, from -1 at 0 to 1 at 1/2. */
static gdouble smooth_wave(gdouble phase)
{
	gdouble t = fabs((phase - floor(phase)) * 2 - 1);

	return t * t * (6 - 4 * t) - 1;
}

void balls_at(Ball balls[BALLS], gdouble time)
{
	gdouble bounce = time * 0.55 - floor(time * 0.55);
	const Ball all[BALLS] = {
		{ { -0.62f, 0.42f, 2.9f }, 0.42f, { 0.9f, 0.25f, 0.17f }, FALSE, TRUE },
		{ { 0.52f, 0.26 + 2.6 * bounce * (1 - bounce), 2.1f }, 0.26f, { 0.08f, 0.6f, 0.6f }, TRUE, TRUE },
		{ { 1.3 * smooth_wave(time * 0.13), 0.3f, 4.3 + 0.9 * smooth_wave(time * 0.13 + 0.25) },
		  0.3f,
		  { 0.98f, 0.7f, 0.15f },
		  TRUE,
		  TRUE },
		{ { 1.75f, 0.8f, 5.6f }, 0.8f, { 0.88f, 0.84f, 0.78f }, FALSE, TRUE },
		{ { -1.75 + 0.3 * smooth_wave(time * 0.05), 2.5f, 6.4f }, 0.55f, { 0.55f, 0.35f, 0.75f }, TRUE, FALSE },
	};
	gint i;

	for (i = 0; i < BALLS; i++)
		balls[i] = all[i];
}

/* A square wave of period 1 seen through a pixel that is 1 / sharp wide. */
static inline gfloat stripes(gfloat x, gfloat sharp)
{
	gfloat wave = (fabsf(fract(x) - 0.5f) - 0.25f) * sharp;

	wave = wave > -0.5f ? wave : -0.5f;
	return wave < 0.5f ? wave : 0.5f;
}

static inline gfloat ridge(gfloat x)
{
	return fabsf(fract(x) - 0.5f);
}

/* Below the horizon, and not on it. */
static inline gfloat downward(gfloat ray_y)
{
	return -ray_y > 0.001f ? -ray_y : 0.001f;
}

/* What is left of the light at a place of the ground. */
static inline gfloat light_beside(gfloat x, gfloat z, const Ball *ball, gfloat depth)
{
	gfloat scale = 1 / (ball->radius * SHADOW_RADIUS);
	gfloat off_x = (x - ball->centre.x) * scale, off_z = (z - ball->centre.z) * scale;

	return 1 - depth * (1 - clamp01(off_x * off_x + off_z * off_z));
}

/* The higher the ball, the fainter. */
static gfloat shadow_depth(const Ball *ball)
{
	return 0.75f / (1 + 2 * MAX(ball->centre.y - ball->radius, 0));
}

static inline gfloat haze_at(gfloat down)
{
	return 0.004f / (0.004f + down * down);
}

static inline Colour mixed(Colour one, Colour other, gfloat part)
{
	return (Colour){ mix(one.red, other.red, part), mix(one.green, other.green, part), mix(one.blue, other.blue, part) };
}

static inline Colour sky(gfloat x, gfloat up)
{
	Colour colour = mixed(horizon, (Colour){ 0.13f, 0.2f, 0.42f }, clamp01(up * 2.1f));
	gfloat sun_x = x - 0.26f, sun_y = up - 0.16f, far = sun_x * sun_x + sun_y * sun_y;
	gfloat glow = 0.012f / (0.02f + far), disc = clamp01((0.0022f - far) * 4000) * 0.5f;

	return (Colour){ colour.red + 0.9f * glow + disc, colour.green + 0.55f * glow + disc, colour.blue + 0.25f * glow + disc };
}

static inline Colour ground(gfloat ray_x, gfloat down, const Ball balls[BALLS], gfloat eye_x, gfloat sharp)
{
	gfloat z = EYE_HEIGHT / down, x = eye_x + ray_x * z, fine = sharp * down * 2 / EYE_HEIGHT, light = 1;
	gfloat tiles = stripes(x * 0.5f, fine) * stripes(z * 0.5f, fine * down) * 2 + 0.5f;
	Colour colour = mixed((Colour){ 0.36f, 0.35f, 0.42f }, (Colour){ 0.78f, 0.73f, 0.7f }, tiles);
	gint i;

	for (i = 0; i < BALLS; i++)
		if (balls[i].has_shadow && !balls[i].moves)
			light *= light_beside(x, z, &balls[i], shadow_depth(&balls[i]));
	return mixed((Colour){ colour.red * light, colour.green * light, colour.blue * light }, haze, haze_at(down));
}

void paint_backdrop(Strip *strip, const Ball balls[BALLS], gfloat eye_x, gfloat sharp)
{
	gint i;

	for (i = 0; i < strip->count; i++) {
		gfloat x = strip->ray_x[i], up = strip->ray_y[i];
		gfloat far_hills = 0.035f + 0.12f * ridge(x * 1.1f + 0.15f) + 0.03f * ridge(x * 5.3f);
		gfloat hills = 0.015f + 0.1f * ridge(x * 1.7f + 0.6f) + 0.02f * ridge(x * 7.9f + 0.3f);
		Colour colour = sky(x, up);

		colour = mixed(colour, (Colour){ 0.72f, 0.5f, 0.52f }, clamp01((far_hills - up) * sharp + 0.5f));
		colour = mixed(colour, (Colour){ 0.47f, 0.37f, 0.48f }, clamp01((hills - up) * sharp + 0.5f));
		colour = mixed(colour, ground(x, downward(up), balls, eye_x, sharp), clamp01(0.5f - up * sharp));
		strip->red[i] = colour.red;
		strip->green[i] = colour.green;
		strip->blue[i] = colour.blue;
	}
}

/* The ground is its own colour in this light and the haze before it, so that of what is there only the haze is to be known. */
void paint_shadow(Strip *strip, const Ball *ball, gfloat eye_x, gint from, gint to)
{
	gfloat depth = shadow_depth(ball);
	gint i;

	for (i = from; i < to; i++) {
		gfloat down = downward(strip->ray_y[i]), z = EYE_HEIGHT / down;
		gfloat light = light_beside(eye_x + strip->ray_x[i] * z, z, ball, depth), back = haze_at(down) * (1 - light);

		strip->red[i] = strip->red[i] * light + haze.red * back;
		strip->green[i] = strip->green[i] * light + haze.green * back;
		strip->blue[i] = strip->blue[i] * light + haze.blue * back;
	}
}

void paint_no_balls(Strip *strip)
{
	gint i;

	for (i = 0; i < strip->count; i++) {
		strip->depth[i] = 1e6f;
		strip->cover[i] = 0;
		strip->ball_red[i] = strip->ball_green[i] = strip->ball_blue[i] = 0;
	}
}

/* With 1, and not with 0. In arithmetic, since a choice would become a branch, and the loop no vectors. */
static inline void replace(gfloat *old, gfloat value, gfloat wanted)
{
	*old = *old * (1 - wanted) + value * wanted;
}

void paint_ball(Strip *strip, const Ball *ball, gfloat eye_x, gfloat sharp, gint from, gint to)
{
	/* From the eye to the centre. */
	const Vector there = { ball->centre.x - eye_x, ball->centre.y - EYE_HEIGHT, ball->centre.z };
	const gfloat radius = ball->radius, square = there.x * there.x + there.y * there.y + there.z * there.z;
	const gfloat edge = sharp / (2 * radius * there.z), by_radius = 1 / radius;
	const Colour colour = ball->colour;
	gint i;

	for (i = from; i < to; i++) {
		gfloat ahead = strip->shorten[i], x = strip->ray_x[i] * ahead, y = strip->ray_y[i] * ahead;
		gfloat along = there.x * x + there.y * y + there.z * ahead;
		gfloat inside = along * along + radius * radius - square;
		gfloat depth = along - sqrtf(inside > 0 ? inside : 0);
		gfloat cover = inside * edge + 0.5f;
		gfloat nearer = (cover > 0) & (depth < strip->depth[i]) ? 1 : 0;
		Vector normal = { (x * depth - there.x) * by_radius, (y * depth - there.y) * by_radius, (ahead * depth - there.z) * by_radius };
		gfloat to_sun = normal.x * sun.x + normal.y * sun.y + normal.z * sun.z;
		gfloat to_eye = -(normal.x * x + normal.y * y + normal.z * ahead);
		gfloat shine = clamp01(x * sun.x + y * sun.y + ahead * sun.z + 2 * to_eye * to_sun);
		gfloat rim = (1 - to_eye) * (1 - to_eye), lit = clamp01(to_sun * 0.75f + 0.35f);

		shine *= shine;
		shine *= shine;
		shine *= shine;
		shine *= shine;
		replace(&strip->depth[i], depth, nearer);
		replace(&strip->cover[i], clamp01(cover), nearer);
		replace(&strip->ball_red[i], colour.red * (0.3f + 0.95f * lit) + 0.9f * shine + 0.24f * rim, nearer);
		replace(&strip->ball_green[i],
			colour.green * (0.305f + 0.055f * normal.y + 0.85f * lit) + 0.8f * shine + 0.17f * rim, nearer);
		replace(&strip->ball_blue[i],
			colour.blue * (0.385f + 0.115f * normal.y + 0.72f * lit) + 0.65f * shine + 0.13f * rim, nearer);
	}
}

void paint_nearest(Strip *strip)
{
	gint i;

	for (i = 0; i < strip->count; i++) {
		strip->red[i] = mix(strip->red[i], strip->ball_red[i], strip->cover[i]);
		strip->green[i] = mix(strip->green[i], strip->ball_green[i], strip->cover[i]);
		strip->blue[i] = mix(strip->blue[i], strip->ball_blue[i], strip->cover[i]);
	}
}
