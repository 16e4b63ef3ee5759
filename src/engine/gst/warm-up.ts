import { elementExists, makeElement } from './gst.js';

/** Elements whose first one costs a process time: their plugins are loaded, and dtlsdec makes the key of its certificate (200 ms of an amd64 core). */
const viewerElements = ['dtlssrtpdec', 'webrtcbin', 'nicesrc', 'rtpbin'];

/** Has the parts that every viewer is made of ready, so that the first one gets its offer as quickly as all others. */
export function warmUpViewers(): void {
  for (const name of viewerElements) if (elementExists(name)) makeElement(name);
}
