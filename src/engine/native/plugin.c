#include "binocle.h"

static gboolean plugin_init(GstPlugin *plugin)
{
	return binocle_register_capture_time(plugin) && binocle_register_detour(plugin) && binocle_register_exact_colours(plugin) &&
	       binocle_register_eye_swap(plugin) && binocle_register_keyframe_gate(plugin) && binocle_register_lens_remap(plugin) &&
	       binocle_register_plane_pack(plugin) && binocle_register_plane_unpack(plugin) && binocle_register_playout_delay(plugin) &&
	       binocle_register_stereo_pair(plugin) && binocle_register_stereo_scene(plugin);
}

#define PACKAGE "binocle"
GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, binocle, "What must run per frame or per packet for Binocle", plugin_init, "0.1.0",
		  "MIT/X11", "binocle", "Binocle")
