import { resolve } from 'node:path';
import { BinocleError } from '../protocol/errors.js';
import { type GraphFormat, graphFormats } from '../protocol/engine.js';
import { graphDot } from '../pipeline/dot.js';
import type { Plan } from '../pipeline/plan.js';
import { graphText, launchCommand, type Sink } from '../pipeline/text.js';
import type { Command } from './command.js';
import { slowly } from './slowly.js';

export const command: Command = {
  name: 'graph',
  summary: 'print the GStreamer graph, as a line that runs',
  help: 'Prints the graph of this configuration on this machine, without running it: what the engine parses, and what runs as pasted into bash.',
  options: {
    format: {
      type: 'string',
      value: graphFormats.join('|'),
      describe: 'a shell command, Graphviz, or the whole plan (default: launch)',
    },
    sink: {
      type: 'string',
      value: 'fake|webrtc|display|file:PATH',
      describe: 'where the encoded picture goes (default: fake, which the viewers hang on to)',
    },
  },
  async run({ options, json, select, print }) {
    const sink = sinkNamed((options['sink'] as string | undefined) ?? 'fake');
    const format = formatNamed(json ? 'json' : ((options['format'] as string | undefined) ?? 'launch'));
    const { profile } = await select();
    const { planHere } = await import('../engine/plan-here.js');
    const { plan } = await slowly(planHere(profile, (message) => process.stderr.write(`${message}\n`)));
    print(written[format](plan, sink));
    return 0;
  },
};

const written: Record<GraphFormat, (plan: Plan, sink: Sink) => string> = {
  launch: launchCommand,
  dot: graphDot,
  json: (plan, sink) =>
    JSON.stringify({ ...plan, text: graphText(plan, sink), launch: launchCommand(plan, sink) }, undefined, 2),
};

function sinkNamed(name: string): Sink {
  if (name === 'fake' || name === 'webrtc' || name === 'display') return { kind: name };
  const path = /^file:(.+)$/.exec(name)?.[1];
  if (path !== undefined) return { kind: 'file', path: resolve(path) };
  throw new BinocleError('bad-usage', `--sink must be fake, webrtc, display or file:PATH, not "${name}"`);
}

function formatNamed(name: string): GraphFormat {
  const known = graphFormats.find((format) => format === name);
  if (known !== undefined) return known;
  throw new BinocleError('bad-usage', `--format must be ${graphFormats.join(', ')}, not "${name}"`);
}
