/* The eye's label, the block code and the frame number, over the scene: src/pipeline/sim.ts says where. Every mark is bits of a number, drawn as runs. */
#include "scene.h"
#include <math.h>

/* In cells: height of the black bar at the bottom; the code's place in it and its number of cells; the same of the frame number. */
#define BAR 2
#define CODE_LEFT 1
#define CODE_CELLS 24
#define CODE_BOTTOM 0.5
#define DIGITS_LEFT 33
#define DIGITS 6
#define DIGITS_TOP 1.625
/* Cells a dot of a digit, and cells a digit. */
#define DOT 0.25
#define DIGIT 1
/* The label: its side and its distance from left and top; its letter from there, and a dot of it. */
#define TAG 4
#define TAG_AT 1
#define LETTER_LEFT (TAG_AT + 1.1)
#define LETTER_TOP (TAG_AT + 0.5)
#define LETTER_DOT 0.6

/* 3 x 5 dots, the first one is the highest bit. */
#define GLYPH_WIDTH 3
#define GLYPH_HEIGHT 5
static const guint16 digits[10] = { 31599, 11415, 29671, 29647, 23497, 31183, 31215, 29257, 31727, 31695 };
static const guint16 letters[2] = { 18727, 27565 };

static const Colour white = { 1, 1, 1 }, black = { 0, 0, 0 };
static const Colour tags[2] = { { 0.86f, 0.16f, 0.14f }, { 0.05f, 0.62f, 0.7f } };

typedef struct {
	Strip *strip;
	/* Pixels. */
	gdouble cell;
} Pen;

/* Pixels whose middles stand between two places, in cells from the left. */
static void run(const Pen *pen, gdouble from, gdouble to, Colour colour)
{
	Strip *strip = pen->strip;
	gint i = MAX((gint)ceil(from * pen->cell - 0.5) - strip->x, 0);
	gint end = MIN((gint)ceil(to * pen->cell - 0.5) - strip->x, strip->count);

	for (; i < end; i++) {
		strip->red[i] = colour.red;
		strip->green[i] = colour.green;
		strip->blue[i] = colour.blue;
	}
}

/* One row of a glyph. */
static void glyph_row(const Pen *pen, guint16 glyph, gint row, gdouble left, gdouble side)
{
	gint dot;

	for (dot = 0; dot < GLYPH_WIDTH; dot++)
		if (glyph >> (GLYPH_WIDTH * (GLYPH_HEIGHT - row) - 1 - dot) & 1)
			run(pen, left + dot * side, left + (dot + 1) * side, white);
}

/* Eye, 16 bits of the frame number, 5 of a checksum that is never all black and never all white; white and black before them. */
static guint32 code_word(gboolean right, guint64 frame)
{
	guint32 counter = frame & 0xffff, eye = right ? 1 : 0;

	return 1u << 23 | eye << 21 | counter << 5 | (31 - (counter + (eye << 16)) % 31);
}

static void paint_bar(const Pen *pen, gdouble from_bottom, const SceneLook *look, guint64 frame)
{
	gint row = floor((DIGITS_TOP - from_bottom) / DOT), i;

	run(pen, 0, look->columns, black);
	if (from_bottom > CODE_BOTTOM && from_bottom < CODE_BOTTOM + 1)
		for (i = 0; i < CODE_CELLS; i++)
			if (code_word(look->right, frame) >> (CODE_CELLS - 1 - i) & 1)
				run(pen, CODE_LEFT + i, CODE_LEFT + i + 1, white);
	if (row < 0 || row >= GLYPH_HEIGHT)
		return;
	for (i = DIGITS - 1; i >= 0; i--, frame /= 10)
		glyph_row(pen, digits[frame % 10], row, DIGITS_LEFT + i * DIGIT, DOT);
}

static void paint_tag(const Pen *pen, gdouble from_top, gboolean right)
{
	gint row = floor((from_top - LETTER_TOP) / LETTER_DOT);

	run(pen, TAG_AT, TAG_AT + TAG, tags[right]);
	if (row >= 0 && row < GLYPH_HEIGHT)
		glyph_row(pen, letters[right], row, LETTER_LEFT, LETTER_DOT);
}

void paint_marks(Strip *strip, gint width, gint height, const SceneLook *look, guint64 frame)
{
	Pen pen = { strip, (gdouble)width / look->columns };
	gdouble from_top = (strip->y + 0.5) / pen.cell, from_bottom = (height - strip->y - 0.5) / pen.cell;

	if (from_bottom < BAR)
		paint_bar(&pen, from_bottom, look, frame);
	if (from_top >= TAG_AT && from_top < TAG_AT + TAG)
		paint_tag(&pen, from_top, look->right);
}

Rectangle marks_bar(gint width, gint height, guint columns)
{
	gint rows = ceil((gdouble)BAR * width / columns) + 1;

	return (Rectangle){ 0, MAX(height - rows, 0) & ~1, width, height };
}
