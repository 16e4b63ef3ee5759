/** `npm start`, `npm test` and more of package.json's scripts. Plain JavaScript on Node's own modules: it runs before anything is installed. */
import { tooOld } from './node-version.mjs';

const complaint = tooOld(process.version);
if (complaint) {
  process.stderr.write(`${complaint}\n`);
  process.exit(3);
}

const { inPackage } = await import('./places.mjs');
const { lanes, refuse, readArguments } = await import('./lanes.mjs');
const { setUp } = await import('./set-up.mjs');
const { StepFailed, say } = await import('./step.mjs');

/**
 * What each command wants installed and built, and the module that does its work: `main(arguments)` gives the exit status.
 * @type {Record<string, { packages: import('./packages.mjs').Requirement['for'][], build: Parameters<typeof setUp>[0]['build'], work?: string, before?: string[], lane?: string }>}
 */
const commands = {
  start: { packages: ['run'], build: ['program', 'page', 'native'], work: 'src/setup/start.mjs' },
  setup: { packages: ['run'], build: ['program', 'page', 'native'] },
  build: { packages: [], build: ['program', 'page', 'native', 'types'] },
  test: {
    packages: ['run', 'test'],
    build: ['tests', 'page', 'native', 'benchNative', 'types'],
    work: 'src/setup/test.mjs',
  },
  'test:libcamera': {
    lane: 'libcamera',
    packages: ['run', 'test'],
    build: ['tests', 'page', 'native', 'benchNative', 'types'],
    work: 'src/setup/test.mjs',
    before: ['--libcamera', 'test/libcamera/'],
  },
  'test:arm64': {
    lane: 'arm64',
    packages: ['run'],
    build: ['tests', 'native'],
    work: 'src/setup/test.mjs',
    before: ['--arm64', 'test/arm64/'],
  },
  'test:debian13': { lane: 'debian13', packages: ['run'], build: ['tests'], work: 'src/setup/debian13.mjs' },
  bench: {
    packages: ['run', 'test'],
    build: ['tests', 'page', 'native', 'benchNative'],
    work: 'dist/test/bench/main.js',
  },
};

const [name = '', ...args] = process.argv.slice(2);
const command = commands[name];
if (!command) {
  say(`usage: node src/setup/main.mjs ${Object.keys(commands).join('|')} [ARGUMENT]…`);
  process.exit(2);
}

try {
  const asked = name === 'test' ? [...readArguments(args).asked.keys()] : command.lane ? [command.lane] : [];
  refuse(asked);
  command.packages.push(...asked.flatMap((lane) => lanes[lane].packages));
  await setUp(command);
  if (command.work) {
    const { main } = await import(inPackage(command.work));
    process.exitCode = await main([...(command.before ?? []), ...args]);
  } else say('Binocle is set up. `npm start` streams, `npx binocle --help` lists the commands.');
} catch (error) {
  if (!(error instanceof StepFailed)) throw error;
  if (error.tail) say(error.tail);
  say(`\n${error.message}`);
  if (error.mend) say(error.mend);
  process.exitCode = error.status;
}
