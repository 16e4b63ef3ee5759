import { chains, type Link, unquoted } from './launch-syntax.js';
import type { Stage } from './plan.js';
import { fill, loadTemplate } from './template.js';

/** A property of a named element that takes another value while the graph plays. */
export interface PropertyChange {
  element: string;
  /** Its own, or of one of its pads: `sink_0::xpos`. */
  property: string;
  /** As GStreamer reads it from text: a number, a structure. */
  value: string;
}

/**
 * What leads from one stage to another without touching anything but properties that may change while it plays, by the `live` list of the template's header;
 * empty where both are the same text. Null where more than that differs. Pure but for reading the template.
 */
export function livePropertyChanges(before: Stage, after: Stage): PropertyChange[] | null {
  if (before.kind !== after.kind || before.template !== after.template) return null;
  const template = loadTemplate(after.template, after.kind);
  const [from, to] = [before, after].map(({ parameters }) => chains(fill(template, parameters)).flat());
  if (from!.length !== to!.length) return null;
  const live = template.header.live ?? [];
  const changes: PropertyChange[] = [];
  for (const [index, link] of to!.entries()) {
    const found = changesOf(from![index]!, link, live);
    if (found === null) return null;
    changes.push(...found);
  }
  return changes;
}

function changesOf(before: Link, after: Link, live: readonly string[]): PropertyChange[] | null {
  if (before.element !== after.element) return null;
  const [old, now] = [valuesOf(before), valuesOf(after)];
  const names = new Set([...old.keys(), ...now.keys()]);
  const differing = [...names].filter((name) => old.get(name) !== now.get(name));
  if (differing.length === 0) return [];
  const element = now.get('name');
  // A property that is no longer given has a default that nobody here knows.
  if (element === undefined || !differing.every((name) => live.includes(name) && old.has(name) && now.has(name)))
    return null;
  return differing.map((property) => ({ element, property, value: now.get(property)! }));
}

function valuesOf({ properties }: Link): Map<string, string> {
  return new Map(
    properties.map((property) => {
      const end = property.indexOf('=');
      return [property.slice(0, end), unquoted(property.slice(end + 1))];
    }),
  );
}
