import { select } from '../../src/config/select.js';
import type { Profile } from '../../src/protocol/configuration.js';
import { mergePatch, valueAt, type Mapping } from '../../src/protocol/merge-patch.js';
import type { ClientMessage, ServerMessage } from '../../src/protocol/ws.js';
import { pathsOf } from '../../web/settings/patches.js';
import { Settings } from '../../web/settings/settings.js';

export const { profile } = await select({});

/** A server that answers when it is told to, and the page's frames. */
export class Scene {
  readonly settings: Settings;
  readonly sent: (ClientMessage & { id: string; patch: Mapping })[] = [];
  readonly #frames: (() => void)[] = [];
  #profile: Profile = profile;
  #revision = 1;

  constructor(role: 'viewer' | 'operator' = 'operator') {
    this.settings = new Settings({
      send: (message) => this.sent.push(message as ClientMessage & { id: string; patch: Mapping }) > 0,
      soon: (callback) => this.#frames.push(callback),
    });
    this.tell({
      type: 'welcome',
      protocol: 'binocle.v1',
      session: 'me',
      rig: 'default',
      role,
      revision: 1,
      profile,
      unsaved: [],
      iceServers: [],
    });
  }

  tell(message: ServerMessage): void {
    this.settings.handleMessage(structuredClone(message));
  }

  frame(): void {
    for (const callback of this.#frames.splice(0)) callback();
  }

  /** Takes the last request in, as the server does: the answer to who asked, the news to all. */
  async answer(first: 'applied' | 'profile' = 'applied'): Promise<void> {
    const { id, patch } = this.sent.at(-1)!;
    this.#profile = mergePatch(this.#profile, patch) as Profile;
    this.#revision += 1;
    const [revision, unsaved] = [this.#revision, pathsOf(patch)];
    const applied = { type: 'applied', id, revision, cost: 'hot', ms: 1, profile: this.#profile, unsaved } as const;
    const news = { type: 'profile', revision, patch, by: 'me', unsaved } as const;
    for (const message of first === 'applied' ? [applied, news] : [news, applied]) this.tell(message);
    await settled();
  }

  async refuse(path: string): Promise<void> {
    this.tell({ type: 'error', id: this.sent.at(-1)!.id, code: 'bad-config', message: 'must be <= 1', path });
    await settled();
  }

  shown(path: string): unknown {
    return valueAt(this.settings.shown, path.split('.'));
  }
}

export async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}
