import { host } from '../../src/engine/host.js';
import { literalBlueprint } from './literal.js';

// An engine process whose graph is the literal one: what is tested with it needs no planner, no GL and no camera.
host(() => Promise.resolve(literalBlueprint(JSON.parse(process.env['LITERAL'] ?? '{}') as object)));
