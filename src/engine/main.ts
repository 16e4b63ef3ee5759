import { drawBlueprint } from './draw-blueprint.js';
import { host } from './host.js';

// The entry of the engine process (child_process.fork).
host(drawBlueprint);
