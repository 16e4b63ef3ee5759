import { commonOptions, readArguments } from '../../src/cli/arguments.js';
import { stream } from '../../src/cli/run.js';
import { select } from '../../src/config/select.js';
import { BinocleError, reasons } from '../../src/protocol/errors.js';
import { fakeEngine } from './fixture.js';

/** `binocle run` as it is, but with the fake engine. */
const { values, positionals } = readArguments(process.argv.slice(2), commonOptions, false);
const status = await stream(
  {
    options: values,
    positionals,
    json: values.json ?? false,
    select: () => select(values),
    print: (data) => void process.stdout.write(`${data}\n`),
  },
  fakeEngine,
).catch((thrown: unknown) => {
  const { reason, message } = BinocleError.from(thrown);
  process.stderr.write(`binocle: ${message}\n`);
  return reasons[reason].exit;
});
process.exit(status);
