import { Gst } from './gst.js';

/** GLib gives every thread of its shared pools what the thread had that made the first of them (gthreadpool.c): GStreamer's streaming threads are such. */
export function beginThreadPools(): void {
  const pool = new Gst.TaskPool();
  pool.prepare();
  pool.cleanup();
}
