/* Caps of the planes' way through GL: see gstplanes.h. */
#include "gstplanes.h"
#include "binocle.h"

/* Fields that say nothing of a picture of bytes. */
static const gchar *const replaced[] = { "format", "texture-target", "colorimetry", "chroma-site" };

static void rename_field(GstStructure *structure, const gchar *from, const gchar *to)
{
	const GValue *value = gst_structure_get_value(structure, from);

	if (value && !gst_structure_has_field(structure, to))
		gst_structure_set_value(structure, to, value);
	gst_structure_remove_field(structure, from);
}

GstCaps *planes_transform_caps(GstCaps *caps, GstCaps *filter, const PlanesSide *to)
{
	GstCaps *result = gst_caps_new_empty();
	guint i, k;

	for (i = 0; i < gst_caps_get_size(caps); i++) {
		GstStructure *structure = gst_structure_copy(gst_caps_get_structure(caps, i));
		GValue formats = G_VALUE_INIT;

		if (to->picture) {
			gst_structure_remove_fields(structure, "colorimetry", "chroma-site", NULL);
			rename_field(structure, "planes-colorimetry", "colorimetry");
			rename_field(structure, "planes-chroma-site", "chroma-site");
			gst_structure_remove_fields(structure, "format", "texture-target", NULL);
		} else {
			rename_field(structure, "colorimetry", "planes-colorimetry");
			rename_field(structure, "chroma-site", "planes-chroma-site");
			for (k = 0; k < G_N_ELEMENTS(replaced); k++)
				gst_structure_remove_field(structure, replaced[k]);
		}
		g_value_init(&formats, g_str_has_prefix(to->formats, "{") ? GST_TYPE_LIST : G_TYPE_STRING);
		gst_value_deserialize(&formats, to->formats);
		gst_structure_take_value(structure, "format", &formats);
		if (to->features)
			gst_structure_set(structure, "texture-target", G_TYPE_STRING, "2D", NULL);
		to->size(structure);
		gst_caps_append_structure_full(result, structure,
					       to->features ? gst_caps_features_new(to->features, NULL) : NULL);
	}
	return binocle_filtered(result, filter);
}

gboolean planes_set_caps(GstBaseTransform *base, GstCaps *in, GstCaps *out)
{
	PlanesElement *self = (PlanesElement *)base;

	return gst_video_info_from_caps(&self->in, in) && gst_video_info_from_caps(&self->out, out);
}

gboolean planes_get_unit_size(GstBaseTransform *base, GstCaps *caps, gsize *size)
{
	GstVideoInfo info;

	if (!gst_video_info_from_caps(&info, caps))
		return FALSE;
	*size = info.size;
	return TRUE;
}
