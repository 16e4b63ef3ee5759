import { readFileSync } from 'node:fs';
import { fileReference, referencedPaths, shellWord, words } from './launch-syntax.js';
import type { Plan, Stage } from './plan.js';
import { fill, loadTemplate } from './template.js';
import { viewerOfGraph } from './viewer.js';

/** Where the encoded pictures go: `fake` is what the engine runs, viewers come and go beside it. */
export type Sink = { kind: 'fake' } | { kind: 'webrtc' } | { kind: 'display' } | { kind: 'file'; path: string };

/**
 * The graph as `gst-launch-1.0` and `gst_parse_launch` read it, a part a line; only the content of files (the shader) is referred to, see
 * {@link forParser}. One text for the engine, for `binocle graph` and for people.
 */
export function graphText(plan: Plan, sink: Sink = { kind: 'fake' }): string {
  const stages = [...plan.stages, ...plan.outputs.flatMap(({ content }) => sinkStages(plan, content, sink))];
  let text = '';
  for (const stage of stages) {
    const template = loadTemplate(stage.template, stage.kind);
    const filled = fill(template, stage.parameters);
    const glue = text === '' ? '' : stage.kind === 'source' || template.header.begins === true ? '\n' : ' !\n  ';
    text += glue + filled.replaceAll(/\n\s*/g, '\n    ');
  }
  const viewer = sink.kind === 'webrtc' ? viewerOfGraph(plan) : [];
  return [text, ...viewer.map((part) => part.replaceAll(/\n\s*/g, '\n    '))].join('\n');
}

function sinkStages(plan: Plan, content: string, sink: Sink): Stage[] {
  const of = (template: string, parameters: Stage['parameters'] = {}): Stage => ({
    kind: 'sink',
    template,
    parameters: { content, ...parameters },
  });
  if (sink.kind === 'display') return [of('fake'), of('display')];
  if (sink.kind !== 'file') return [of('fake')];
  const muxer = /\.(mp4|m4v|mov)$/i.test(sink.path) && plan.codec === 'h264' ? 'mp4mux' : 'matroskamux';
  const path = plan.outputs.length > 1 ? sink.path.replace(/(\.\w+)?$/, `-${content}$1`) : sink.path;
  return [of('fake'), of('file', { path, muxer })];
}

/** {@link graphText} with the files' content in it, for `gst_parse_launch`. */
export function forParser(text: string): string {
  return words(text)
    .map((word) => {
      const [, property, paths] = fileReference.exec(word) ?? [];
      if (property === undefined || paths === undefined) return word;
      const content = referencedPaths(paths).map((path) => readFileSync(path, 'utf8'));
      return `${property}="${content.join('').replace(/\n+$/, '')}"`;
    })
    .join(' ');
}

/** One shell command that runs the graph: environment, then `gst-launch-1.0`; runs as pasted into bash. */
export function launchCommand(plan: Plan, sink: Sink = { kind: 'fake' }): string {
  const variables = Object.entries(plan.environment).map(([name, value]) => `${name}=${shellWord(value)} `);
  const finish = sink.kind === 'file' ? ' -e' : '';
  const lines = graphText(plan, sink)
    .split('\n')
    .map((line) => `${/^ */.exec(line)![0]}${words(line).map(shellWord).join(' ')}`);
  return [`${variables.join('')}gst-launch-1.0${finish}`, ...lines.map((line) => `  ${line}`)].join(' \\\n');
}
