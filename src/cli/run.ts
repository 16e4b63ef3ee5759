import { ProfileFiles } from '../config/profile-files.js';
import { createLogger } from '../log.js';
import { Server, type ServerOptions } from '../server/server.js';
import type { Command, CommandContext, Selected } from './command.js';

const log = createLogger('binocle');
/** What start-up is doing is said from then on. */
const patienceMs = 1000;
/** Longest that a clean end may take before the program ends anyway. */
const endWithinMs = 1800;

export const command: Command = {
  name: 'run',
  summary: 'stream the cameras to browsers',
  help: `Prints the address to open once there is a picture; with --json one object a line, {"event":"ready",…} first.
SIGINT and SIGTERM end it within two seconds; SIGHUP reads the configuration again.`,
  run: (context) => stream(context),
};

/** Runs until a signal; the exit status. `program` is the engine's entry. @throws BinocleError why there is no picture. */
export async function stream(context: CommandContext, program?: string): Promise<number> {
  const ending = untilSignal();
  const selected = await context.select();
  const server = await Server.open(optionsOf(context, selected, program));
  try {
    sayProgress(server);
    const outcome = await Promise.race([server.startRigs().then(() => 'ready' as const), ending]);
    if (outcome !== 'ready') return 0;
    context.print(context.json ? JSON.stringify(readyEvent(server)) : readyText(server));
    const reading = readOnHangup(server);
    await ending;
    reading.stop();
    return 0;
  } finally {
    await server.close();
  }
}

function optionsOf(context: CommandContext, selected: Selected, program: string | undefined): ServerOptions {
  return {
    configuration: selected.configuration,
    rigs: [{ name: selected.profileName, files: new ProfileFiles(context.select, selected) }],
    ...(program === undefined ? {} : { program }),
  };
}

/** Resolves at SIGINT or SIGTERM; a second one, or an end that takes too long, ends the program at once. */
function untilSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let asked = false;
    const end = (signal: NodeJS.Signals): void => {
      // Engines end by themselves when their channel closes.
      if (asked) process.exit(1);
      asked = true;
      log.info(`${signal}: ending`);
      setTimeout(() => process.exit(1), endWithinMs).unref();
      resolve(signal);
    };
    process.on('SIGINT', end);
    process.on('SIGTERM', end);
  });
}

function sayProgress({ rigs }: Server): void {
  let last = 'starting the engine';
  const overdue = setTimeout(() => log.info(last), patienceMs);
  const started = performance.now();
  for (const { supervisor } of rigs.values()) {
    supervisor.on('progress', ({ message }) => {
      last = message;
      if (supervisor.state === 'starting' && performance.now() - started > patienceMs) log.info(message);
    });
    supervisor.once('up', () => clearTimeout(overdue));
  }
  overdue.unref();
}

function addresses({ origins, tokens }: Server, role: 'operator' | 'viewer'): string[] {
  return origins.map((origin) => (tokens === null ? `${origin}/` : `${origin}/#token=${tokens[role]}`));
}

function readyEvent(server: Server): object {
  const urls = addresses(server, 'operator');
  return {
    event: 'ready',
    url: urls[0],
    urls,
    viewerUrls: addresses(server, 'viewer'),
    fingerprint: server.fingerprint,
    rigs: [...server.rigs.values()].map((rig) => {
      const { name, layout, source, encoder } = rig.state(0);
      return { name, layout, source, encoder };
    }),
  };
}

function readyText(server: Server): string {
  const [operator, ...others] = addresses(server, 'operator');
  const lines = [...server.rigs.values()].map((rig) => {
    const { name, layout, source, encoder, capture } = rig.state(0);
    const from = [...new Set(Object.values(source ?? {}))].join(' and ');
    const { width, height, fps } = capture!;
    return `${name}: ${from} ${String(width)}x${String(height)} at ${String(fps)} fps, ${String(layout)}, ${String(encoder)}`;
  });
  const viewers = addresses(server, 'viewer')[0]!;
  return [
    '',
    ...lines,
    '',
    `  Open        ${operator!}`,
    ...others.map((url) => `  or          ${url}`),
    ...(server.tokens === null ? [] : [`  To watch    ${viewers}  (may not change anything)`]),
    ...(server.fingerprint === null
      ? []
      : [
          `  Certificate ${server.fingerprint}`,
          '              made on this machine; the browser asks once whether to trust it (`binocle cert --export-ca` ends that)',
        ]),
    '',
  ].join('\n');
}

/** SIGHUP: the files are read again, as when they are edited. */
function readOnHangup({ rigs }: Server): { stop(): void } {
  const onHangup = (): void => {
    for (const { settings } of rigs.values()) void settings.reread();
  };
  process.on('SIGHUP', onHangup);
  return { stop: () => process.off('SIGHUP', onHangup) };
}
