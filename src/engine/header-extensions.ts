import { headerExtensions as factories } from '../pipeline/header-extensions.js';
import type { Profile } from '../protocol/configuration.js';
import type { Element } from './gst/gst.js';
import { addHeaderExtension, extensionUri, type HeaderExtension } from './gst/payloader.js';
import { booleanProperty, numberProperty, setProperty } from './gst/property.js';

export type PlayoutDelay = Profile['rate']['playout_delay'];

/** What the extension's 12 bits of 10 ms hold at most. Browsers have limits of their own below it, so that this range asks for nothing. */
const longestMs = 40_950;

/** The extensions that every payloader gets, of those whose elements exist; the ids are ours to choose, since we offer (RFC 8285, section 5). */
export function wantedExtensions(delay: PlayoutDelay, exists: (factory: string) => boolean): HeaderExtension[] {
  return [
    { factory: factories.playoutDelay, id: 5, properties: playoutProperties(delay) },
    { factory: factories.captureTime, id: 6, properties: {} },
  ].filter(({ factory }) => exists(factory));
}

function playoutProperties(delay: PlayoutDelay): HeaderExtension['properties'] {
  return delay === 'off' ? { active: false } : { active: true, 'min-ms': delay.min_ms, 'max-ms': delay.max_ms };
}

interface Added {
  factory: string;
  element: Element;
  /** Which payloader writes it: the index of its media section. */
  section: number;
  accepted: boolean;
}

/** The RTP header extensions of one viewer's payloaders, which change while they run. */
export class HeaderExtensions {
  readonly #added: Added[];

  /** Throws `missing-software`. */
  constructor(payloaders: readonly Element[], wanted: readonly HeaderExtension[]) {
    this.#added = payloaders.flatMap((payloader, section) =>
      wanted.map((extension) => ({
        factory: extension.factory,
        element: addHeaderExtension(payloader, extension),
        section,
        accepted: true,
      })),
    );
  }

  /** CLOCK_MONOTONIC of PTS 0 at each payloader, ns. */
  setOrigins(origins: readonly number[]): void {
    for (const { factory, element, section } of this.#added)
      if (factory === factories.captureTime) setProperty(element, 'origin', origins[section]!);
  }

  /** Takes back what the viewer's answer does not accept: it would be sent for nobody. `uris`: what each media section accepts. */
  answered(uris: readonly ReadonlySet<string>[]): void {
    for (const added of this.#added) {
      added.accepted = uris[added.section]?.has(extensionUri(added.element)) ?? false;
      if (!added.accepted) setProperty(added.element, 'active', false);
    }
  }

  /**
   * What the viewer is asked to add from the next frame on. `off` after something else asks for a range so wide that it leaves the browser free, since a
   * browser keeps what it was told last (libwebrtc, VCMTiming).
   */
  setPlayoutDelay(delay: PlayoutDelay): void {
    for (const { element } of this.#playout()) {
      const sent = booleanProperty(element, 'active');
      const properties = playoutProperties(delay === 'off' && sent ? { min_ms: 0, max_ms: longestMs } : delay);
      for (const [name, value] of Object.entries(properties)) setProperty(element, name, value);
    }
  }

  /** What the payloaders are sending, read from them; null where the viewer took no such extension or there is none here. */
  playoutDelay(): PlayoutDelay | null {
    const read = this.#playout().map(({ element }): PlayoutDelay => {
      const delay = { min_ms: numberProperty(element, 'min-ms'), max_ms: numberProperty(element, 'max-ms') };
      const free = delay.min_ms === 0 && delay.max_ms === longestMs;
      return free || !booleanProperty(element, 'active') ? 'off' : delay;
    });
    return read[0] ?? null;
  }

  /** Lets go of the elements, which end with their payloaders. */
  forget(): void {
    this.#added.length = 0;
  }

  #playout(): Added[] {
    return this.#added.filter(({ factory, accepted }) => factory === factories.playoutDelay && accepted);
  }
}
