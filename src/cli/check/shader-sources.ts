import { readFileSync } from 'node:fs';
import { displayName } from '../../config/source.js';
import { packagePath } from '../../paths.js';
import { fileReference, referencedPaths, words } from '../../pipeline/launch-syntax.js';

/** A fragment shader as glshader gets it: the text of one or several files, one after the other, or a value in a template. */
export interface ShaderSource {
  name: string;
  parts: readonly { file: string; firstLine: number; text: string }[];
}

/** Of lenses; the shader of each is `${model}.glsl`. */
export const models = ['pinhole', 'fisheye'] as const;
export const bodies = ['rectify.frag', 'planes.frag'] as const;

/** The package's: each lens in front of each body. */
export function shippedSources(): ShaderSource[] {
  return bodies.flatMap((body) => models.map((model) => shippedSource(model, body)));
}

export function shippedSource(model: (typeof models)[number], body: (typeof bodies)[number]): ShaderSource {
  return sourceOfFiles([`${model}.glsl`, body].map((name) => packagePath('shaders', name)));
}

/** Throws what reading throws. */
export function sourceOfFiles(paths: readonly string[]): ShaderSource {
  const parts = paths.map((path) => ({ file: displayName(path), firstLine: 1, text: readFileSync(path, 'utf8') }));
  return { name: parts.map(({ file }) => file).join(' + '), parts };
}

/** Every fragment of a graph's or a template's text, by files or in it; `file` is where the text stands. Throws what reading throws. */
export function sourcesIn(text: string, file: string): ShaderSource[] {
  return words(text).flatMap((word): ShaderSource[] => {
    const [, property, paths] = fileReference.exec(word) ?? [];
    if (property === 'fragment' && paths !== undefined) return [sourceOfFiles(referencedPaths(paths))];
    const value = /^fragment=(?:"([\s\S]*)"|([^"][\s\S]*))$/.exec(word);
    const fragment = value?.[1] ?? value?.[2];
    if (fragment === undefined || fragment.includes('${')) return [];
    const firstLine = text.slice(0, Math.max(0, text.indexOf(fragment))).split('\n').length;
    return [{ name: file, parts: [{ file, firstLine, text: fragment }] }];
  });
}

/** The same of a template of the user's; none where it cannot be read, which has a row of its own. */
export function sourcesInTemplate(path: string): ShaderSource[] {
  try {
    return sourcesIn(
      readFileSync(path, 'utf8')
        .replace(/^---\n[\s\S]*?^---$/m, blank)
        .replaceAll(/^#.*$/gm, ''),
      displayName(path),
    );
  } catch {
    return [];
  }
}

/** Keeps the numbers of the lines. */
function blank(text: string): string {
  return text.replaceAll(/[^\n]/g, '');
}

export function textOf({ parts }: ShaderSource): string {
  return parts
    .map(({ text }) => text)
    .join('')
    .replace(/\n+$/, '');
}

/** `file:line` of a line of the whole, counted from 1. */
export function placeOf({ name, parts }: ShaderSource, line: number | undefined): string {
  if (line === undefined) return name;
  let rest = line;
  for (const { file, firstLine, text } of parts) {
    const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
    if (rest <= lines) return `${file}:${firstLine + rest - 1}`;
    rest -= lines;
  }
  return name;
}
