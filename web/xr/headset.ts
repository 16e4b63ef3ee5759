/** Whether VR can be entered, and if not, why. */
export type Headset = 'ready' | 'insecure' | 'no-webxr' | 'no-headset';

/** Asks the browser; resolves quickly and never rejects. */
export async function findHeadset(secure: boolean, xr: XRSystem | undefined): Promise<Headset> {
  if (!secure) return 'insecure';
  if (!xr) return 'no-webxr';
  try {
    return (await xr.isSessionSupported('immersive-vr')) ? 'ready' : 'no-headset';
  } catch {
    return 'no-headset';
  }
}
