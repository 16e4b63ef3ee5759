import { BinocleError } from '../protocol/errors.js';

/** One thing wrong with a configuration. */
export interface Problem {
  /** `FILE:LINE:COLUMN`, `FILE`, or `--set KEY=VALUE`. */
  origin: string;
  /** Dotted path of the key; empty for what concerns a whole file. */
  path: string;
  message: string;
}

/** Everything that is wrong with a configuration, all at once; its message is one line a problem. */
export class ConfigurationError extends BinocleError {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const [first] = problems;
    super('bad-config', problems.map(problemLine).join('\n'), first?.path ? { path: first.path } : {});
    this.name = 'ConfigurationError';
    this.problems = problems;
  }
}

/** `ORIGIN  path  message`, one line whatever a value contains. */
export function problemLine({ origin, path, message }: Problem): string {
  const line = [origin, path, message].filter((part) => part !== '').join('  ');
  return line.replaceAll(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1));
}
