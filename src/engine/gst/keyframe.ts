import { Gst, GstVideo, version, type Element } from './gst.js';
import { factoryName } from './pipeline.js';
import { setProperty } from './property.js';

/** GstV4l2VideoEnc listens to force-key-unit events since 1.24; before, only to the kernel’s control of the same meaning. */
function needsControl(encoder: Element): boolean {
  const [major, minor] = version();
  return factoryName(encoder).startsWith('v4l2') && major === 1 && minor < 24;
}

/** Asks an encoder for a keyframe with its parameter sets, at the next frame. */
export function forceKeyframe(encoder: Element): void {
  if (needsControl(encoder)) {
    // Setting the property while the device is open applies each control at once; repeat_sequence_header adds the parameter sets.
    setProperty(encoder, 'extra-controls', 'controls, force_key_frame=(int)1');
    return;
  }
  const event = GstVideo.videoEventNewUpstreamForceKeyUnit(Gst.CLOCK_TIME_NONE, true, 0);
  encoder.getStaticPad('src')?.sendEvent(event);
}
