#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { ConfigurationError } from '../config/problem.js';
import { didYouMean } from '../config/nearest.js';
import { packagePath } from '../paths.js';
import { BinocleError, reasons } from '../protocol/errors.js';
import { commandIndex, commonOptions, describeOptions, readArguments, type CommonValues } from './arguments.js';
import type { Command } from './command.js';
import { asMissingSoftware } from './missing.js';

interface Entry {
  name: string;
  summary: string;
  /** Loaded only when asked for, so that starting stays quick. */
  load(): Promise<{ command: Command }>;
}

/** The house by its doors: what `binocle NAME` does is in the file that the entry names. */
const commands: readonly Entry[] = [
  { name: 'run', summary: 'stream the cameras to browsers', load: () => import('./run.js') },
  { name: 'graph', summary: 'print the GStreamer graph, as a line that runs', load: () => import('./graph.js') },
  { name: 'plan', summary: 'say what was probed, chosen and rejected, and why', load: () => import('./plan.js') },
  { name: 'doctor', summary: 'check this machine: plugins, GL, encoders, cameras', load: () => import('./doctor.js') },
  { name: 'check', summary: 'check configuration, templates and shaders', load: () => import('./check.js') },
  { name: 'cameras', summary: 'list the cameras, their modes, who has them open', load: () => import('./cameras.js') },
  {
    name: 'calibration',
    summary: 'import the calibration of a pair of cameras',
    load: () => import('./calibration.js'),
  },
  { name: 'cert', summary: 'show, renew or export the local certificates', load: () => import('./cert.js') },
];

const { stdout, stderr } = process;

async function main(args: string[]): Promise<number> {
  const index = commandIndex(args);
  if (index < 0) return withoutCommand(args);
  // What stands before the command is common to all; a slip there would make the next word look like a command.
  readArguments(args.slice(0, index), commonOptions, false);
  const name = args[index]!;
  const rest = [...args.slice(0, index), ...args.slice(index + 1)];
  if (name === 'help') return main([...rest, '--help']);

  const entry = commands.find((candidate) => candidate.name === name);
  if (entry === undefined) {
    const names = commands.map((candidate) => candidate.name);
    throw new BinocleError('bad-usage', `unknown command "${name}"${didYouMean(name, names)}; see binocle --help`);
  }
  const { command } = await entry.load();
  const options = { ...commonOptions, ...command.options };
  const { values, positionals } = readArguments(rest, options, command.positionals ?? false);
  if (values.help === true) return print(helpOf(entry, command), 0);
  if (values.version === true) return print(version(), 0);
  await applyLogLevel(values);
  return command.run({
    options: values,
    positionals,
    json: values.json ?? false,
    select: async (instead) => (await import('../config/select.js')).select(values, instead),
    print,
  });
}

function withoutCommand(args: string[]): number {
  const { values } = readArguments(args, commonOptions, false);
  if (values.version === true) return print(version(), 0);
  if (values.help === true) return print(overview(), 0);
  if (args.length > 0) throw new BinocleError('bad-usage', 'no command given; see binocle --help');
  stderr.write(`${overview()}\n`);
  return reasons['bad-usage'].exit;
}

function print(data: string, status = 0): number {
  stdout.write(`${data}\n`);
  return status;
}

async function applyLogLevel(values: CommonValues): Promise<void> {
  const level = values['log-level'];
  if (level === undefined) return;
  const { logLevels, setLogLevel } = await import('../log.js');
  const known = logLevels.find((name) => name === level);
  if (known === undefined) {
    const hint = didYouMean(level, logLevels);
    throw new BinocleError('bad-usage', `--log-level must be one of ${logLevels.join(', ')}, not "${level}"${hint}`);
  }
  setLogLevel(known);
}

function overview(): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return `Binocle streams a pair of cameras into a headset.

Usage: binocle COMMAND [OPTIONS]

Commands:
${commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`).join('\n')}

Options of all commands:
${describeOptions(commonOptions)}

binocle COMMAND --help tells more. Data goes to stdout, everything else to stderr.
Exit status: 0 done, 1 failed while running, 2 wrong configuration or usage, 3 something needed is not installed.`;
}

function helpOf({ name, summary }: Entry, { usage, help, options }: Command): string {
  const parts = [
    `Usage: binocle ${[name, usage, '[OPTIONS]'].filter((part) => part !== undefined).join(' ')}`,
    `${summary[0]!.toUpperCase()}${summary.slice(1)}.`,
    help,
    options === undefined ? undefined : `Options:\n${describeOptions(options)}`,
    `Options of all commands:\n${describeOptions(commonOptions)}`,
  ];
  return parts.filter((part) => part !== undefined).join('\n\n');
}

function version(): string {
  const manifest = JSON.parse(readFileSync(packagePath('package.json'), 'utf8')) as { version: string };
  return `binocle ${manifest.version}`;
}

/** Says what went wrong, on stderr; the exit status that follows from it. */
function report(thrown: unknown): number {
  const error = BinocleError.from(asMissingSoftware(thrown));
  const debug = /^(--log-level=)?debug$/;
  stderr.write(error instanceof ConfigurationError ? `${error.message}\n` : `binocle: ${error.message}\n`);
  if (process.argv.includes('--json')) stderr.write(`${JSON.stringify({ error: error.toShape() })}\n`);
  if (error.reason === 'internal') {
    const shown = process.argv.some((argument) => debug.test(argument));
    const stack = thrown instanceof Error ? thrown.stack : undefined;
    stderr.write(shown ? `${stack ?? ''}\n` : 'This is a defect of binocle; --log-level debug shows where it is.\n');
  }
  return reasons[error.reason].exit;
}

// Whoever reads our output may stop reading (`binocle graph | head -1`): nothing more to do, and no fault.
stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
// Nor does the program end because nobody keeps its log.
stderr.on('error', () => undefined);
process.on('uncaughtException', (error) => process.exit(report(error)));

// GLib keeps the event loop alive in commands that probe GStreamer, so the end is said; stdout to a pipe or a file is written synchronously by then.
process.exit(await main(process.argv.slice(2)).catch(report));
