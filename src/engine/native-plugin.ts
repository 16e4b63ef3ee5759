import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { packagePath } from '../paths.js';
import { BinocleError } from '../protocol/errors.js';
import { loadPlugin } from './gst/gst.js';

/** Where set-up puts what it compiles of `native/`. */
const plugin = packagePath('dist', 'native', 'libgstbinocle.so');

/**
 * Makes the elements of our own plugin known to this process, and returns the GST_PLUGIN_PATH that does so for `gst-launch-1.0`; null where
 * the plugin is not compiled or not for this GStreamer, which `said` tells.
 */
export function loadNativePlugin(said: (message: string) => void): string | null {
  if (!existsSync(plugin)) return null;
  try {
    loadPlugin(plugin);
  } catch (error) {
    said(BinocleError.from(error).message);
    return null;
  }
  const others = process.env['GST_PLUGIN_PATH'];
  return others ? `${dirname(plugin)}:${others}` : dirname(plugin);
}
