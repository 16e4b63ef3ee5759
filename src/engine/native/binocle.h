/* The elements of this plugin, and what several of them do. */
#ifndef BINOCLE_H
#define BINOCLE_H

#include <gst/gst.h>

gboolean binocle_register_capture_time(GstPlugin *plugin);
gboolean binocle_register_detour(GstPlugin *plugin);
gboolean binocle_register_exact_colours(GstPlugin *plugin);
gboolean binocle_register_eye_swap(GstPlugin *plugin);
gboolean binocle_register_keyframe_gate(GstPlugin *plugin);
gboolean binocle_register_lens_remap(GstPlugin *plugin);
gboolean binocle_register_plane_pack(GstPlugin *plugin);
gboolean binocle_register_plane_unpack(GstPlugin *plugin);
gboolean binocle_register_playout_delay(GstPlugin *plugin);
gboolean binocle_register_stereo_pair(GstPlugin *plugin);
gboolean binocle_register_stereo_scene(GstPlugin *plugin);

/* What a filter, if there is one, leaves of caps, in its order: the end of every transform_caps. Takes `caps`. */
GstCaps *binocle_filtered(GstCaps *caps, GstCaps *filter);

#endif
