import type { Priority } from '../protocol/configuration.js';
import { drawBlueprint } from './draw-blueprint.js';
import { beginThreadPools } from './gst/threads.js';
import { host } from './host.js';
import { takePriority, withPriority } from './priority.js';

// The entry of the engine process: child_process.fork(main, [PRIORITY]).
const [, , given = 'normal'] = process.argv;
const priority = given as Priority;
withPriority(priority, beginThreadPools);
host(drawBlueprint, () => takePriority(priority));
