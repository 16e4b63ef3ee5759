import type { Configuration, Profile } from '../protocol/configuration.js';
import type { ParseArgsConfig } from 'node:util';

/** The configuration that `-c`, `--set` and `--profile` of a command line lead to. */
export interface Selected {
  configuration: Configuration;
  profileName: string;
  profile: Profile;
  /** Absolute paths, in the order of precedence. */
  files: string[];
  /** Absolute path of the file that `profile.calibration` came from; its values stand in the profile. */
  calibrationFile?: string;
}

export interface CommandContext {
  /** Options of this command's own table, as `node:util` parseArgs gives them. */
  options: Record<string, unknown>;
  positionals: string[];
  json: boolean;
  /** Loads and validates; throws BinocleError `bad-config`. Calling it again reads the files again (SIGHUP). */
  select: () => Promise<Selected>;
  /** Writes data to stdout, with a newline. */
  print: (data: string) => void;
}

/** One file a command exports one of these; `main.ts` is the table of them. */
export interface Command {
  name: string;
  /** One line for `binocle --help`. */
  summary: string;
  /** E.g. `[FILE]…`; options common to all commands are not repeated. */
  usage?: string;
  /** Further text of `binocle NAME --help`. */
  help?: string;
  options?: NonNullable<ParseArgsConfig['options']> & Record<string, { describe: string; value?: string }>;
  /** Whether positional arguments are taken. */
  positionals?: boolean;
  /** Exit status; throwing a BinocleError gives its reason's. */
  run(context: CommandContext): Promise<number>;
}
