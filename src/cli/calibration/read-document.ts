import { type CalibrationDocument } from '../../calibration/import/document.js';
import { parseStorageXml, XmlError } from '../../calibration/import/xml.js';
import { isMapping } from '../../config/merge.js';
import { ConfigurationError } from '../../config/problem.js';
import { unreadable } from '../../config/source.js';
import { parseYaml, YamlError } from '../../config/yaml.js';
import { readFile } from 'node:fs/promises';

/**
 * A file of calibration data: YAML, the YAML or XML of OpenCV's FileStorage, JSON.
 * @throws ConfigurationError for a file that cannot be read or is none of these.
 */
export async function readDocument(name: string): Promise<CalibrationDocument> {
  const wrong = (message: string, at = '') => new ConfigurationError([{ origin: `${name}${at}`, path: '', message }]);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(name));
  } catch (error) {
    throw wrong(unreadable(error));
  }
  try {
    if (/^\s*</.test(text)) {
      const { value, locate } = parseStorageXml(text);
      return { name, value, locate };
    }
    const yaml = parseYaml(withoutDialect(text));
    if (!isMapping(yaml.value)) throw wrong('holds no calibration: keys with matrices are expected');
    return { name, value: yaml.value, locate: (path) => yaml.locate(path).position };
  } catch (error) {
    if (error instanceof XmlError) throw wrong(error.message, `:${error.line}:${error.column}`);
    if (error instanceof YamlError) throw wrong(error.message, `:${error.position.line}:${error.position.column}`);
    throw error;
  }
}

/**
 * FileStorage begins with `%YAML:1.0`, which is no directive of YAML, and tags its matrices; ROS ends a message with `---`. All of that is blanked
 * out, so that every other character keeps its place.
 */
function withoutDialect(text: string): string {
  return text
    .replace(/^%YAML[: ].*/, (directive) => ' '.repeat(directive.length))
    .replaceAll(/!!opencv-[\w-]+/g, (tag) => ' '.repeat(tag.length))
    .replace(/\n---\s*$/, '\n');
}
