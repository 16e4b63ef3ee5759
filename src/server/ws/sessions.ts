import type { Rig } from '../rig.js';
import type { Session } from './session.js';

/** The viewers of all rigs; passes on what an engine says to whom it concerns. */
export class Sessions {
  readonly #all = new Map<string, Session>();

  constructor(rigs: Iterable<Rig>) {
    for (const rig of rigs) this.#follow(rig);
  }

  add(session: Session): void {
    this.#all.set(session.id, session);
  }

  remove(session: Session): void {
    this.#all.delete(session.id);
    session.close();
  }

  get(id: string): Session | undefined {
    return this.#all.get(id);
  }

  list(rig?: Rig): Session[] {
    const all = [...this.#all.values()];
    return rig === undefined ? all : all.filter((session) => session.rig === rig);
  }

  #follow(rig: Rig): void {
    const { supervisor, settings } = rig;
    supervisor.on('up', () => this.list(rig).forEach((session) => session.engineUp()));
    supervisor.on('down', (end) => this.list(rig).forEach((session) => session.engineDown(end)));
    supervisor.on('resting', (error) => this.list(rig).forEach((session) => session.engineRests(error)));
    supervisor.on('rebuilt', () => this.list(rig).forEach((session) => session.engineGoesOn()));
    supervisor.on('offer', (event) => this.#all.get(event.viewer)?.offer(event));
    supervisor.on('candidate', (event) => this.#all.get(event.viewer)?.candidate(event));
    supervisor.on('tracks', (event) => this.#all.get(event.viewer)?.tracks(event));
    supervisor.on('timing', (event) => this.#all.get(event.viewer)?.timing(event));
    supervisor.on('viewerState', (event) => this.#all.get(event.viewer)?.viewerState(event));
    settings.on('announced', (change) => this.list(rig).forEach((session) => session.profile(change)));
    supervisor.on('readings', (readings) => {
      const viewers = this.list(rig);
      for (const session of viewers) session.stats(readings, viewers.length);
    });
  }
}
