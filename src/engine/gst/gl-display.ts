import { Gst, GstGL, type Pipeline } from './gst.js';

let context: InstanceType<typeof Gst.Context> | null = null;
const drawing = new WeakSet<Pipeline>();

/** This pipeline has GL in it: it is given the display when it plays. One that is only looked at needs none. */
export function drawsWithGl(pipeline: Pipeline): void {
  drawing.add(pipeline);
}

/**
 * Gives a pipeline with GL the one GL display of this process. Left to itself, each pipeline makes a GstGLDisplay of its own, and the first that is freed
 * ends the EGL display under all others (gst_gl_display_egl_finalize calls eglTerminate, which does not count): a context that another one is just making
 * then fails with "Failed to activate the GL Context". Before anything in it is past NULL.
 */
export function shareGlDisplay(pipeline: Pipeline): void {
  if (!drawing.has(pipeline)) return;
  context ??= displayContext();
  pipeline.setContext(context);
}

/** Reads GST_GL_WINDOW and its like. */
function displayContext(): InstanceType<typeof Gst.Context> {
  const made = Gst.Context.new('gst.gl.GLDisplay', true);
  GstGL.contextSetGlDisplay(made, GstGL.GLDisplay.new());
  return made;
}
