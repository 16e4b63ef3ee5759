/** `npm start`: becomes `binocle run`, in this very process, so that signals reach it and nothing stands between it and its parent. */
import { pathToFileURL } from 'node:url';
import { inPackage } from './places.mjs';

/** @param {string[]} args of `binocle run` @returns {Promise<number>} never: the program ends the process */
export function main(args) {
  const program = inPackage('dist', 'src', 'cli', 'main.js');
  process.argv = [process.execPath, program, 'run', ...args];
  return import(pathToFileURL(program).href);
}
