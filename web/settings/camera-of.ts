import type { Profile } from '../../src/protocol/configuration.js';
import type { Eye } from '../../src/protocol/ws.js';

/** The camera that an eye sees, to which lens and view belong. */
export function cameraOf(eye: Eye, { view }: Pick<Profile, 'view'>): Eye {
  if (!view.swap) return eye;
  return eye === 'left' ? 'right' : 'left';
}
