import * as gi from 'node-gtk';
import { BinocleError } from '../../protocol/errors.js';

/**
 * GStreamer, initialised. Only the files of this folder import it; nothing outside names node-gtk.
 * `Gst.init` comes before the other namespaces: their types register with GStreamer while they load.
 */
export const Gst = gi.require('Gst', '1.0');
Gst.init(null);
export const GLib = gi.require('GLib', '2.0');
export const GstGL = gi.require('GstGL', '1.0');
export const GstSdp = gi.require('GstSdp', '1.0');
export const GstVideo = gi.require('GstVideo', '1.0');
export const GstWebRTC = gi.require('GstWebRTC', '1.0');
// An object gets its methods only when the namespace of its class is loaded: appsink, RTP header extensions.
gi.require('GstApp', '1.0');
gi.require('GstRtp', '1.0');

export type Element = InstanceType<typeof Gst.Element>;
export type Bin = InstanceType<typeof Gst.Bin>;
export type Pipeline = InstanceType<typeof Gst.Pipeline>;
export type Pad = InstanceType<typeof Gst.Pad>;
export type Structure = InstanceType<typeof Gst.Structure>;

/** The runtime’s version, e.g. [1, 22, 0]. */
export function version(): readonly [number, number, number] {
  const [major, minor, micro] = Gst.version() as unknown as number[];
  return [major!, minor!, micro!];
}

/** Whether an element of this name can be made. `gst-inspect-1.0 --exists` says no for plugins of another version, such as libcamera’s. */
export function elementExists(name: string): boolean {
  return Gst.ElementFactory.find(name) !== null;
}

/** Version of an installed plugin as it says itself, e.g. 0.4.0 of `libcamera`, which is that library's; null where there is none. */
export function pluginVersion(plugin: string): string | null {
  return Gst.Registry.get().findPlugin(plugin)?.getVersion() ?? null;
}

/** Makes the elements of one plugin file known. Throws `missing-software` where the file is no plugin for this GStreamer. */
export function loadPlugin(path: string): void {
  try {
    if (Gst.Plugin.loadFile(path) !== null) return;
  } catch (error) {
    throw new BinocleError('missing-software', `GStreamer does not load the plugin ${path}: ${String(error)}`, {
      cause: error,
    });
  }
}

/** Makes one element, outside of any pipeline. Throws `missing-software`. */
export function makeElement(factory: string): Element {
  const element = Gst.ElementFactory.make(factory, null);
  if (element === null) throw missing([factory]);
  return element;
}

export function missing(elements: readonly string[]): BinocleError {
  const names = elements.map((name) => `"${name}"`).join(', ');
  return new BinocleError(
    'missing-software',
    `no element ${names}: install the GStreamer plugin that has ${elements.length > 1 ? 'them' : 'it'} (\`binocle doctor\` names the package)`,
  );
}

/** Runs what GLib has queued on this thread (wrappers of released objects are freed there), and returns at once. */
export function iterateMainContext(): void {
  const context = GLib.MainContext.default();
  for (let left = 64; left > 0 && context.iteration(false);) left -= 1;
}
