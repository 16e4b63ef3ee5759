import { parseArgs, type ParseArgsConfig } from 'node:util';
import { BinocleError } from '../protocol/errors.js';
import { didYouMean } from '../config/nearest.js';

/** One option of a command line: what parseArgs takes, and how the help describes it. */
export type OptionTable = NonNullable<ParseArgsConfig['options']> &
  Record<string, { describe: string; value?: string }>;

/** Taken by every command. */
export const commonOptions = {
  config: {
    type: 'string',
    short: 'c',
    multiple: true,
    value: 'FILE',
    describe: 'configuration file; may be given again, later ones win (default: config/camera_profiles.yaml)',
  },
  set: {
    type: 'string',
    multiple: true,
    value: 'KEY=VALUE',
    describe: 'one setting by its dotted path, e.g. profile.encode.bitrate_mbps=8; the value is YAML',
  },
  profile: { type: 'string', value: 'NAME', describe: 'the profile to use (default: "default", else the first)' },
  json: { type: 'boolean', describe: 'data as JSON on stdout' },
  'log-level': { type: 'string', value: 'LEVEL', describe: 'error, warn, info or debug (default: info)' },
  help: { type: 'boolean', short: 'h', describe: 'this text' },
  version: { type: 'boolean', short: 'V', describe: 'the version of binocle' },
} as const satisfies OptionTable;

export interface CommonValues {
  config?: string[];
  set?: string[];
  profile?: string;
  json?: boolean;
  'log-level'?: string;
  help?: boolean;
  version?: boolean;
}

export interface Arguments {
  values: CommonValues & Record<string, unknown>;
  positionals: string[];
}

/** Where in `args` the command's name stands; -1 if it is not there. Options common to all commands may stand before it. */
export function commandIndex(args: string[]): number {
  const { tokens } = parseArgs({ args, options: commonOptions, strict: false, allowPositionals: true, tokens: true });
  return tokens.find(({ kind }) => kind === 'positional')?.index ?? -1;
}

/** Reads `args` by the table; what does not fit it is a BinocleError `bad-usage` that names the option and suggests the nearest one. */
export function readArguments(args: string[], options: OptionTable, positionalsAllowed: boolean): Arguments {
  const { values, positionals, tokens } = parseArgs({
    args,
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind === 'positional' && !positionalsAllowed) {
      throw new BinocleError('bad-usage', `unexpected argument "${token.value}"`);
    }
    if (token.kind !== 'option') continue;
    const option = options[token.name];
    if (option === undefined) {
      const names = Object.keys(options).map((name) => `--${name}`);
      throw new BinocleError('bad-usage', `unknown option ${token.rawName}${didYouMean(token.rawName, names)}`);
    }
    const looksLikeOption = token.inlineValue === false && token.value.length > 1 && token.value.startsWith('-');
    if (option.type === 'string' && (token.value === undefined || looksLikeOption)) {
      throw new BinocleError(
        'bad-usage',
        `${token.rawName} needs a value: ${token.rawName} ${option.value ?? 'VALUE'}`,
      );
    }
    if (option.type === 'boolean' && token.value !== undefined) {
      throw new BinocleError('bad-usage', `${token.rawName} takes no value`);
    }
  }
  return { values, positionals };
}

/** The options of a table as lines of a help text. */
export function describeOptions(options: OptionTable): string {
  const rows = Object.entries(options).map(([name, { short, value, describe }]) => ({
    left: `${short === undefined ? '    ' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`,
    describe,
  }));
  const width = Math.max(...rows.map(({ left }) => left.length));
  return rows.map(({ left, describe }) => `  ${left.padEnd(width)}  ${describe}`).join('\n');
}
