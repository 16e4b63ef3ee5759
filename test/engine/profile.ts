import { select, shippedConfiguration } from '../../src/config/select.js';
import type { Profile } from '../../src/protocol/configuration.js';

/** The shipped profile with launch fragments as cameras, 320x240 an eye. */
export async function profileWith(launch: { left: string; right: string }, set: string[] = []): Promise<Profile> {
  const { profile } = await select({
    config: [shippedConfiguration],
    set: [
      'profile.capture.width=320',
      'profile.capture.height=240',
      ...(['left', 'right'] as const).flatMap((eye) => [
        `profile.cameras.${eye}.source=custom`,
        `profile.cameras.${eye}.launch=${JSON.stringify(launch[eye])}`,
      ]),
      ...set,
    ],
  });
  return profile;
}
