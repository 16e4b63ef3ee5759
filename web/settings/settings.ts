import type { Profile } from '../../src/protocol/configuration.js';
import { mergePatch, type Mapping } from '../../src/protocol/merge-patch.js';
import type { Applied, Role, Saved, ServerMessage, ServerMessageOf } from '../../src/protocol/ws.js';
import { Emitter } from '../events.js';
import { History } from './history.js';
import { difference, inverse } from './patches.js';
import { Requests, type Refused, type RequestSurroundings } from './requests.js';

interface SettingsEvents {
  /** The profile, what is unsaved, the role, or what is under way. */
  changed: [];
  /** A change of a control was refused. */
  refused: [Refused];
  /** Someone else changed the profile; `by` as in the message `profile`. */
  elsewhere: [by: string];
}

interface Known {
  profile: Profile;
  revision: number;
  unsaved: readonly string[];
  role: Role;
  session: string;
}

/** The rig's profile as this page knows it, and the one road by which the page changes it; one's own changes can be undone. */
export class Settings extends Emitter<SettingsEvents> {
  readonly #requests: Requests;
  readonly #history = new History();
  #known: Known | null = null;
  #first: Profile | null = null;
  #connected = false;
  #alone = 0;
  #walking: Promise<void> = Promise.resolve();

  constructor(surroundings: RequestSurroundings) {
    super();
    this.#requests = new Requests(surroundings, () => this.emit('changed'));
  }

  /** What the server has said; null before it said anything. */
  get profile(): Profile | null {
    return this.#known?.profile ?? null;
  }

  /** The profile with the changes that are under way. */
  get shown(): Profile | null {
    return (
      this.profile &&
      this.#requests.patches.reduce<Profile>((profile, patch) => mergePatch(profile, patch) as Profile, this.profile)
    );
  }

  /** As it was when the page came: where values without a default go back to. */
  get first(): Profile | null {
    return this.#first;
  }

  /** Keys that the file does not say yet, as dotted paths. */
  get unsaved(): readonly string[] {
    return this.#known?.unsaved ?? [];
  }

  get role(): Role {
    return this.#known?.role ?? 'viewer';
  }

  get connected(): boolean {
    return this.#connected;
  }

  /** Whether a change would be taken now. */
  get open(): boolean {
    return this.#connected && this.role === 'operator';
  }

  get busy(): boolean {
    return this.#requests.busy;
  }

  get canUndo(): boolean {
    return this.#history.canUndo;
  }

  get canRedo(): boolean {
    return this.#history.canRedo;
  }

  /**
   * A control's change. While one of the same gesture (a drag, a run of nudges) waits to be sent, the newer takes its place; applied, they are one step
   * to undo. A refusal comes as an event.
   */
  change(patch: Mapping, gesture: string): void {
    if (this.#requests.join(patch, gesture)) return;
    this.#set(patch, gesture, gesture).catch((reason: Refused) => this.emit('refused', reason));
  }

  /** Resolves with the server's answer, or rejects with its message. */
  set(patch: Mapping): Promise<Applied> {
    return this.#set(patch, null, this.#nextName());
  }

  save(): Promise<Saved> {
    return this.#ask('save', {}, null) as Promise<Saved>;
  }

  /** Back to what the file says; can be undone. */
  async rollback(): Promise<Applied> {
    let before: Profile | null = null;
    const answer = (await this.#ask('rollback', {}, null, () => (before = this.profile))) as Applied;
    if (before) this.#record(difference(before, answer.profile), difference(answer.profile, before), this.#nextName());
    return answer;
  }

  /** Takes one's own last change back, after whatever is under way. Does nothing where there is none. */
  undo(): Promise<void> {
    return this.#walk(async () => {
      const step = this.#history.takeUndo();
      if (!step) return;
      await this.#ask('set', step.back, null).catch((error: Error) => {
        this.#history.handleRedone(step);
        throw error;
      });
      this.#history.handleUndone(step);
    });
  }

  redo(): Promise<void> {
    return this.#walk(async () => {
      const step = this.#history.takeRedo();
      if (!step) return;
      await this.#ask('set', step.forward, null).catch((error: Error) => {
        this.#history.handleUndone(step);
        throw error;
      });
      this.#history.handleRedone(step);
    });
  }

  handleMessage(message: ServerMessage): void {
    switch (message.type) {
      case 'welcome':
        this.#handleWelcome(message);
        return;
      case 'profile':
        this.#handleProfile(message);
        return;
      case 'applied':
        this.#learn(message);
        this.#requests.handleAnswer(message.id, message);
        return;
      case 'saved':
        this.#requests.handleAnswer(message.id, message);
        return;
      case 'error':
        this.#requests.handleError(message);
        return;
      case 'offer':
      case 'candidate':
      case 'tracks':
      case 'pong':
      case 'ok':
      case 'stats':
      case 'timing':
      case 'interrupted':
        return;
    }
  }

  handleAway(): void {
    this.#connected = false;
    this.#requests.handleAway();
  }

  #handleWelcome({ profile, revision, unsaved, role, session }: ServerMessageOf<'welcome'>): void {
    this.handleAway();
    this.#connected = true;
    this.#known = { profile, revision, unsaved, role, session };
    this.#first ??= profile;
    this.emit('changed');
  }

  /** One's own change is told to everyone too: its patch leads to the same profile once more. */
  #handleProfile({ revision, patch, unsaved, by }: ServerMessageOf<'profile'>): void {
    const known = this.#known;
    if (!known || revision < known.revision) return;
    this.#known = { ...known, profile: mergePatch(known.profile, patch) as Profile, revision, unsaved };
    this.emit('changed');
    if (by !== known.session) this.emit('elsewhere', by);
  }

  #learn({ profile, revision, unsaved }: Applied): void {
    if (this.#known && revision >= this.#known.revision) this.#known = { ...this.#known, profile, revision, unsaved };
  }

  async #set(patch: Mapping, gesture: string | null, step: string): Promise<Applied> {
    let back: Mapping = {};
    // What waits may still grow: the patch is read when it goes out.
    let forward = patch;
    const answer = await this.#ask('set', patch, gesture, (sent) => {
      forward = sent;
      back = this.profile ? inverse(this.profile, sent) : {};
    });
    this.#record(forward, back, step);
    return answer as Applied;
  }

  #record(forward: Mapping, back: Mapping, gesture: string): void {
    if (Object.keys(back).length === 0) return;
    this.#history.add({ forward, back, gesture });
    this.emit('changed');
  }

  #ask(
    type: 'set' | 'save' | 'rollback',
    patch: Mapping,
    gesture: string | null,
    leaves: (patch: Mapping) => void = () => undefined,
  ): Promise<Applied | Saved> {
    return new Promise((resolve, reject) => {
      this.#requests.add({ type, patch, gesture, leaves, done: resolve, failed: reject });
    });
  }

  /** One step through history at a time, and none past a change that is still under way. */
  #walk(step: () => Promise<void>): Promise<void> {
    const taken = this.#walkAfter(this.#walking, step);
    this.#walking = taken.catch(() => undefined);
    return taken;
  }

  async #walkAfter(before: Promise<void>, step: () => Promise<void>): Promise<void> {
    await before;
    await this.#settled();
    await step();
    this.emit('changed');
  }

  async #settled(): Promise<void> {
    if (this.busy)
      await new Promise<void>((resolve) => {
        const stop = this.on('changed', () => {
          if (this.busy) return;
          stop();
          resolve();
        });
      });
  }

  #nextName(): string {
    return `alone ${String((this.#alone += 1))}`;
  }
}
