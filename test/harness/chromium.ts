import { chromium, type Browser } from 'playwright-core';

/** Headless Debian Chromium that decodes H.264, gives WebRTC real addresses, has software WebGL2, and talks to nobody. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['BINOCLE_CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--use-gl=angle',
      '--use-angle=swiftshader',
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
