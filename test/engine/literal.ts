import type { Blueprint } from '../../src/engine/blueprint.js';
import { patient } from '../../src/engine/watch.js';
import type { Content, Eye, Layout } from '../../src/protocol/ws.js';

/** A graph of the agreed element names, without the planner: test pictures, side by side or twin, 320x240 an eye. */
export function literalBlueprint(
  options: { layout?: Layout; source?: string; encoder?: string; fps?: number; streamFormat?: string } = {},
): Blueprint {
  const { layout = 'sbs', fps = 30 } = options;
  const eyes: Eye[] = layout === 'mono' ? ['left'] : ['left', 'right'];
  const contents: Content[] = layout === 'mono' ? ['left'] : layout === 'twin' ? ['left', 'right'] : ['both'];
  const colour = { left: '0xffff0000', right: '0xff0000ff' };
  const source = (eye: Eye) =>
    options.source ?? `videotestsrc is-live=true pattern=solid-color foreground-color=${colour[eye]}`;
  const camera = (eye: Eye) =>
    `${source(eye)} ! capsfilter name=${eye}_source caps=video/x-raw,format=I420,width=320,height=240,framerate=${fps}/1
     ! identity name=${eye}_captured silent=true ! queue leaky=downstream max-size-buffers=1`;
  const encode = (content: Content) =>
    `tee name=${content}_raw allow-not-linked=true ! queue name=${content}_encoder_queue leaky=downstream max-size-buffers=1
     ! ${options.encoder ?? 'x264enc tune=zerolatency speed-preset=ultrafast key-int-max=60 bitrate=1000'} name=${content}_encoder
     ! video/x-h264,profile=constrained-baseline ! h264parse config-interval=-1
     ! video/x-h264,stream-format=${options.streamFormat ?? 'avc'},alignment=au ! tee name=${content}_encoded allow-not-linked=true
     ${content}_encoded. ! queue leaky=downstream max-size-buffers=5 ! identity name=${content}_counted silent=true
     ! fakesink name=${content}_monitor sync=false async=false`;
  const text =
    contents[0] === 'both'
      ? `compositor name=c start-time-selection=first sink_1::xpos=320 ! video/x-raw,format=I420,width=640,height=240,framerate=${fps}/1 ! ${encode('both')}
         ${eyes.map((eye) => `${camera(eye)} ! c.`).join('\n')}`
      : eyes.map((eye) => `${camera(eye)} ! ${encode(eye)}`).join('\n');
  const width = contents[0] === 'both' ? 640 : 320;
  return {
    plan: {
      layout,
      codec: 'h264',
      encoder: 'x264enc',
      sources: Object.fromEntries(eyes.map((eye) => [eye, 'custom'])),
      capture: { width: 320, height: 240, fps },
      gl: null,
      outputs: contents.map((content) => ({ content, width, height: 240, bitrateKbps: 1000 })),
      choices: [],
      stages: [],
      mtu: 1200,
    },
    text,
    launch: `gst-launch-1.0 ${text}`,
    viewer: (_tracks, timestampOffset) =>
      `webrtcbin name=webrtc bundle-policy=max-bundle ${contents
        .map(
          (
            _,
            track,
          ) => `queue name=track${track}_queue leaky=downstream max-size-buffers=4 max-size-bytes=0 max-size-time=0
            ! rtph264pay name=track${track}_pay aggregate-mode=zero-latency config-interval=-1 mtu=1200 pt=96 timestamp-offset=${timestampOffset}
            ! application/x-rtp,media=video,encoding-name=H264,payload=96 ! webrtc.`,
        )
        .join('\n')}`,
    snapshot: (_eye, format) => ({
      output: contents[0]!,
      text: `queue name=snapshot_queue leaky=downstream max-size-buffers=1 ! videoconvert ! ${format}enc
        ! appsink name=snapshot_sink sync=false async=false max-buffers=1 drop=true`,
    }),
    extensions: [],
    exclusive: false,
    limits: patient,
  };
}
