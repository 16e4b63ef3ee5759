import { chromium, type Browser } from 'playwright-core';

/**
 * Headless Debian Chromium that decodes H.264, gives WebRTC real addresses, has software WebGL2, and talks to nobody. `display` by `gl` goes the way of a
 * machine with a GPU, only slowly; by `software` it takes the least time, as measurements want it.
 */
export function launchChromium({ display = 'gl' }: { display?: 'gl' | 'software' } = {}): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['BINOCLE_CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      ...(display === 'gl' ? ['--use-gl=angle', '--use-angle=swiftshader'] : ['--disable-gpu']),
      '--enable-unsafe-swiftshader',
      '--autoplay-policy=no-user-gesture-required',
      '--disable-features=WebRtcHideLocalIpsWithMdns',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  });
}
