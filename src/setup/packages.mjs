import { readFileSync } from 'node:fs';

/**
 * The Debian packages that Binocle stands on: Debian 12 and 13, Raspberry Pi OS of the same ages.
 *
 * `names`: any of them does; of those that the archive has, the first is installed. `optional`: go on without it; installed along with the others.
 * `for`: `run` everything, `test` the tests, `rig` the Debian 13 root, `arm64` the arm64 lane.
 *
 * @typedef {{ names: string[], for: 'run' | 'test' | 'rig' | 'arm64', why: string, optional?: boolean, unless?: string }} Requirement
 * @type {Requirement[]}
 */
export const requirements = [
  { names: ['gstreamer1.0-tools'], for: 'run', why: 'gst-launch-1.0, gst-inspect-1.0' },
  { names: ['gstreamer1.0-plugins-base'], for: 'run', why: 'conversion, compositor' },
  { names: ['gstreamer1.0-plugins-good'], for: 'run', why: 'cameras by V4L2, RTP payloaders, JPEG, VP8' },
  { names: ['gstreamer1.0-plugins-bad'], for: 'run', why: 'webrtcbin, DTLS, SRTP, parsers, OpenH264' },
  { names: ['gstreamer1.0-plugins-ugly'], for: 'run', why: 'x264enc' },
  { names: ['gstreamer1.0-nice'], for: 'run', why: 'ICE for webrtcbin' },
  { names: ['gstreamer1.0-gl'], for: 'run', why: 'the rectify shader' },
  { names: ['libgl1-mesa-dri'], for: 'run', why: 'OpenGL drivers, in software too' },
  { names: ['libegl-mesa0'], for: 'run', why: 'OpenGL without a display' },
  { names: ['gstreamer1.0-libcamera'], for: 'run', why: 'cameras by libcamera', optional: !isRaspberryPi() },
  { names: ['gir1.2-gstreamer-1.0'], for: 'run', why: 'GStreamer’s introspection data' },
  { names: ['gir1.2-gst-plugins-base-1.0'], for: 'run', why: 'the same of its base libraries' },
  { names: ['gir1.2-gst-plugins-bad-1.0'], for: 'run', why: 'the same of WebRTC' },
  { names: ['build-essential'], for: 'run', why: 'compiles node-gtk and the plugin' },
  { names: ['pkgconf', 'pkg-config'], for: 'run', why: 'finds libraries to compile against' },
  { names: ['python3'], for: 'run', why: 'node-gyp' },
  { names: ['libgirepository1.0-dev'], for: 'run', why: 'node-gtk' },
  { names: ['libcairo2-dev'], for: 'run', why: 'node-gtk' },
  { names: ['libgstreamer-plugins-base1.0-dev'], for: 'run', why: 'the plugin' },
  { names: ['chromium', 'chromium-browser'], for: 'test', why: 'plays the streams in the tests' },
  { names: ['valgrind'], for: 'test', why: 'watches the memory of our plugin in the tests', optional: true },
  { names: ['debootstrap'], for: 'rig', why: 'makes the Debian 13 root of the tests' },
  { names: ['git'], for: 'rig', why: 'lists the files that go into it' },
  { names: ['g++-aarch64-linux-gnu'], for: 'arm64', why: 'compiles node-gtk and the plugin for arm64' },
  { names: ['qemu-user-static', 'qemu-user'], for: 'arm64', why: 'runs arm64 programs' },
];

/** Debian packs Node's headers apart; other packages of Node bring them along. @param {string} node path of the program @returns {Requirement[]} */
export function debianNodeHeaders(node) {
  if (node !== '/usr/bin/node' && node !== '/usr/bin/nodejs') return [];
  return [{ names: ['libnode-dev'], for: 'run', why: 'node-gtk', unless: '/usr/include/node/node_version.h' }];
}

/** Its cameras are libcamera's alone. @param {string} file the device tree's word on the machine */
export function isRaspberryPi(file = '/proc/device-tree/model') {
  try {
    return readFileSync(file, 'utf8').startsWith('Raspberry Pi');
  } catch {
    return false;
  }
}
