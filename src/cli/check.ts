import { resolve } from 'node:path';
import { ConfigurationError, problemLine } from '../config/problem.js';
import { select, type Selection } from '../config/select.js';
import type { Machine } from '../pipeline/machine.js';
import { BinocleError, reasons } from '../protocol/errors.js';
import { refused, type Row } from './check/row.js';
import { asMissingSoftware } from './missing.js';
import { checkShippedTemplates, checkTemplate } from './check/templates.js';
import type { Command, Selected } from './command.js';

export const command: Command = {
  name: 'check',
  summary: 'check configuration, templates and shaders',
  usage: '[FILE]…',
  positionals: true,
  help: `Each FILE is checked by itself: a configuration (on top of those given with -c), a template (*.gst) or a shader (*.frag).
Without one, the configuration that would be used. In any case the templates of pipelines/ are read, the graph is planned and
handed to GStreamer without being played, every shader, also those in templates, is compiled with this machine's GL, and a test
picture is drawn through what rectifies, with GL and without, and compared with the reference. No camera is needed.`,
  async run({ options, positionals, json, print }) {
    const named = (ending: string) => positionals.filter((path) => path.endsWith(ending)).map((path) => resolve(path));
    const templates = named('.gst');
    const shaders = named('.frag');
    const files = positionals.filter((path) => !path.endsWith('.gst') && !path.endsWith('.frag'));

    const selection: Selection = options;
    const selections =
      files.length === 0
        ? [selection]
        : files.map((file) => ({ ...selection, config: [...(selection.config ?? []), file] }));
    const configurations = await Promise.all(selections.map(checkConfiguration));
    const rows = [...configurations.map(({ row }) => row), ...checkShippedTemplates(), ...templates.map(checkTemplate)];
    // The exact lines go to stderr as every command writes them.
    for (const { problems } of rows)
      for (const problem of problems ?? []) process.stderr.write(`${problemLine(problem)}\n`);

    const selected = configurations.flatMap((configuration) => configuration.selected ?? []);
    try {
      rows.push(...(await checkOnMachine(selected, templates, shaders)));
    } catch (error) {
      const missing = asMissingSoftware(error);
      if (!(missing instanceof BinocleError)) throw error;
      rows.push(refused('graph', 'GStreamer', missing));
    }
    const failed = rows.filter(({ verdict }) => verdict === 'failure');
    print(json ? JSON.stringify({ ok: failed.length === 0, checks: rows }) : report(rows));
    return exitStatus(failed);
  },
};

async function checkConfiguration(selection: Selection): Promise<{ row: Row; selected?: Selected }> {
  const name = selection.config?.at(-1) ?? 'config/camera_profiles.yaml';
  try {
    const selected = await select(selection);
    const names = Object.keys(selected.configuration.profiles);
    const detail = `${names.length === 1 ? 'profile' : 'profiles'} ${names.join(', ')}`;
    return { row: { subject: 'configuration', name, verdict: 'ok', detail }, selected };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const { problems } = error;
    const detail = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
    return { row: { subject: 'configuration', name, verdict: 'failure', detail, reason: error.reason, problems } };
  }
}

/** What only this machine's GStreamer and GL can say. */
async function checkOnMachine(
  selected: readonly Selected[],
  templates: readonly string[],
  shaders: readonly string[],
): Promise<Row[]> {
  const { checkGraph } = await import('./check/graph.js');
  const { checkShader, checkShaderFile, checkShippedShaders } = await import('./check/shaders.js');
  const { shippedSources, sourcesInTemplate, textOf } = await import('./check/shader-sources.js');
  const { checkRemap } = await import('./check/drawing.js');
  const { probeMachine } = await import('../engine/probe.js');
  const rows: Row[] = [];
  const found = templates.flatMap(sourcesInTemplate);
  let machine: Machine | undefined;
  for (const one of selected) {
    const graph = await checkGraph(one);
    rows.push(graph.row);
    found.push(...(graph.shaders ?? []));
    machine ??= graph.machine;
  }
  const here = machine ?? (await probeMachine());
  rows.push(...(await checkShippedShaders(here)), ...(await checkRemap(here)));
  const checked = new Set(shippedSources().map(({ name }) => name));
  const others = new Map(found.filter(({ name }) => !checked.has(name)).map((source) => [textOf(source), source]));
  for (const source of others.values()) rows.push(await checkShader(source, here));
  for (const path of shaders) rows.push(await checkShaderFile(path, here));
  return rows;
}

/** Wrong files first, then missing software. */
function exitStatus(failed: readonly Row[]): number {
  const statuses = failed.map(({ reason }) => reasons[reason ?? 'internal'].exit);
  return [2, 3, 1].find((status) => statuses.some((one) => one === status)) ?? 0;
}

const marks: Record<Row['verdict'], string> = { ok: 'OK', warning: 'warning', failure: 'FAILURE' };

function report(rows: readonly Row[]): string {
  const [markWidth, subjectWidth] = [width(Object.values(marks)), width(rows.map(({ subject }) => subject))];
  return rows
    .map(({ verdict, subject, name, detail }) => {
      const lead = `${marks[verdict].padEnd(markWidth)}  ${subject.padEnd(subjectWidth)}  `;
      return `${lead}${name}  ${detail.replaceAll('\n', `\n${' '.repeat(lead.length)}`)}`;
    })
    .join('\n');
}

function width(texts: readonly string[]): number {
  return Math.max(...texts.map((text) => text.length));
}
