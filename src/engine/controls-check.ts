import { elementFor } from '../pipeline/camera-controls.js';
import type { Camera } from '../protocol/configuration.js';
import type { Eye } from '../protocol/ws.js';
import type { Blueprint } from './blueprint.js';
import type { Graph } from './graph.js';
import { makeElement, type Element } from './gst/gst.js';
import { factoryName } from './gst/pipeline.js';
import { hasProperty, property, setProperty } from './gst/property.js';
import type { Polled } from './pump.js';

/** A camera takes some frames to do what it was asked for; after this long it will not any more, ms. */
const settledMs = 3_000;
/** A sensor counts exposure in lines and gain in steps: this part of a value may be lost to rounding. */
const tolerance = 0.05;

/** A control as it was asked for, in the form in which its element's property is read. */
interface Asked {
  /** For people, e.g. `cameras.left.controls.exposure-time`. */
  path: string;
  element: Element;
  name: string;
  /** In the configuration's words. */
  said: string;
  value: number | boolean;
}

/**
 * Reads the cameras' controls back once their frames come, and tells of each that did nothing: libcamera leaves out, in
 * silence, what a camera does not have or what its automatic overrules (gstlibcamera-controls.cpp).
 */
export class ControlsCheck implements Polled {
  readonly #warn: (message: string) => void;
  readonly #deadline: number;
  #open: readonly Asked[];

  /** @param now milliseconds of `performance.now()` at which the cameras' frames come */
  constructor(
    graph: Graph,
    { profile, plan }: Pick<Blueprint, 'profile' | 'plan'>,
    now: number,
    warn: (message: string) => void,
  ) {
    this.#warn = warn;
    this.#deadline = now + settledMs;
    const eyes =
      profile === undefined
        ? []
        : [...graph.captured.keys()].filter((eye) => elementFor(plan.sources[eye]) !== undefined);
    this.#open = eyes.flatMap((eye) => askedOf(graph.camera(eye), eye, profile!.cameras[eye].controls));
  }

  tick(now: number): void {
    if (this.#open.length === 0) return;
    this.#open = this.#open.filter(({ element, name, value }) => !holds(value, property(element, name)));
    if (now < this.#deadline) return;
    for (const { path, said, element, name } of this.#open)
      this.#warn(
        `${path} does nothing: ${said} was asked for, and the camera has ${String(property(element, name))}. It may lack this control, limit it, or leave it to an automatic that is on. \`cam --camera 1 --list-controls\` (libcamera-tools) lists what it has.`,
      );
    this.#open = [];
  }
}

function askedOf(element: Element, eye: Eye, controls: Camera['controls']): Asked[] {
  return Object.entries(controls)
    .filter(([name]) => hasProperty(element, name))
    .flatMap(([name, said]) => {
      const value = typeof said === 'string' ? valueOf(element, name, said) : said;
      // Arrays and structures have no form that node-gtk gives.
      if (typeof value !== 'number' && typeof value !== 'boolean') return [];
      return [{ path: `cameras.${eye}.controls.${name}`, element, name, said: String(said), value }];
    });
}

/** What a property has once `text` is set: an enumeration's number, by an element of the same kind that does nothing else. */
function valueOf(element: Element, name: string, text: string): unknown {
  const other = makeElement(factoryName(element));
  setProperty(other, name, text);
  return property(other, name);
}

/** Whether what is read says the same as what was asked for. */
export function holds(asked: number | boolean, read: unknown): boolean {
  if (typeof asked === 'boolean' || typeof read === 'boolean') return Boolean(asked) === Boolean(read);
  return Math.abs(Number(read) - asked) <= Math.abs(asked) * tolerance;
}
