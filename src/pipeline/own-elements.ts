/** The elements of `src/engine/native`: what needs one of them needs GST_PLUGIN_PATH in a printed line. */
export const ownElements: ReadonlySet<string> = new Set([
  'stereopair',
  'stereoscene',
  'detour',
  'exactcolours',
  'eyeswap',
  'keyframegate',
  'lensremap',
  'planepack',
  'planetexture',
  'planeunpack',
  'rtphdrextplayoutdelay',
]);
