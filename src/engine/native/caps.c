#include "binocle.h"

GstCaps *binocle_filtered(GstCaps *caps, GstCaps *filter)
{
	GstCaps *common;

	if (!filter)
		return caps;
	common = gst_caps_intersect_full(filter, caps, GST_CAPS_INTERSECT_FIRST);
	gst_caps_unref(caps);
	return common;
}
