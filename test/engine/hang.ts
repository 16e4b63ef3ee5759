import { Watchdog } from '../../src/engine/watchdog.js';

// A process whose main thread stands still as it does in a GStreamer call that never returns.
new Watchdog().within(300);
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
