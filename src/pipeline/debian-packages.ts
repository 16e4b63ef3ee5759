import { ownElements } from './own-elements.js';

/** Which Debian package brings an element: the first row one of whose patterns matches its whole name. */
const packages: readonly (readonly [name: string, elements: RegExp])[] = [
  ['gstreamer1.0-plugins-ugly', /x264enc/],
  ['gstreamer1.0-plugins-bad', /openh264enc|h264parse|va\w*264enc|nv\w+enc|webrtcbin|dtlssrtpenc|srt\w+/],
  ['gstreamer1.0-vaapi', /vaapi\w+/],
  ['gstreamer1.0-libav', /av(dec|enc)_\w+/],
  ['gstreamer1.0-libcamera', /libcamerasrc/],
  ['gstreamer1.0-nice', /nicesrc|nicesink/],
  ['gstreamer1.0-gl', /gl\w+/],
  ['gstreamer1.0-x', /\w+overlay|ximagesrc|xvimagesink|ximagesink/],
  [
    'gstreamer1.0-plugins-good',
    /v4l2\w+|vp[89](enc|dec)|jpeg(enc|dec)|png(enc|dec)|multifile\w+|rtp\w+|mp4mux|matroska\w+|videocrop|videoflip|auto\w+|udpsrc|rtsp\w+/,
  ],
  ['gstreamer1.0-plugins-base', /video\w+|compositor|app(sink|src)|decodebin3?|uridecodebin3?/],
  ['libgstreamer1.0-0', /identity|queue2?|tee|fakes(ink|rc)|file(sink|src)|clocksync|capsfilter|concat|valve/],
];

/** The Debian package of an element, or null for one that this table does not know. */
export function debianPackage(element: string): string | null {
  return packages.find(([, elements]) => new RegExp(`^(?:${elements.source})$`).test(element))?.[0] ?? null;
}

/** What to do about missing elements, as a sentence. */
export function howToInstall(elements: readonly string[]): string {
  const own = elements.some((element) => ownElements.has(element)) ? ['npm run setup'] : [];
  const known = [...new Set(elements.flatMap((element) => debianPackage(element) ?? []))];
  if (known.length > 0) return [`apt install ${known.join(' ')}`, ...own].join(', ');
  return own[0] ?? `install the GStreamer plugin that has ${elements.join(', ')}`;
}
