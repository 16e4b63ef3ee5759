import type { ParseArgsConfig } from 'node:util';
import type { Mounts } from '../config/locate.js';
import type { Source, Texts } from '../config/source.js';
import type { Configuration, Profile } from '../protocol/configuration.js';

/** The configuration that `-c`, `--set` and `--profile` of a command line lead to. */
export interface Selected {
  configuration: Configuration;
  profileName: string;
  profile: Profile;
  /** Absolute paths, in the order of precedence. */
  files: string[];
  /** Absolute path of the file that `profile.calibration` came from; its values stand in the profile. */
  calibrationFile?: string;
  /** What was read, in the order of precedence: the files, then every `--set`. */
  sources: readonly Source[];
  /** Calibration files, by the place that each stands in for. */
  mounts: Mounts;
  /** The file that keys go into that no file decides yet: the last `-c`, or that of the state folder, which need not exist. */
  saveTo: string;
}

export interface CommandContext {
  /** Options of this command's own table, as `node:util` parseArgs gives them. */
  options: Record<string, unknown>;
  positionals: string[];
  json: boolean;
  /** Loads and validates; throws BinocleError `bad-config`. Calling it again reads the files again; `instead` stands for the texts of some. */
  select: (instead?: Texts) => Promise<Selected>;
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
