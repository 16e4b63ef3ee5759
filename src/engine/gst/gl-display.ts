import { Gst, GstGL, type Bin, type Pipeline } from './gst.js';

let context: InstanceType<typeof Gst.Context> | null = null;
const drawing = new WeakSet<Bin>();

/** This pipeline, or this part that goes into one, was made of that text. Where there is GL in it, it needs the display when it plays, not before. */
export function madeOf(bin: Bin, text: string): void {
  if (/(?:^|\s)gl\w+/.test(text)) drawing.add(bin);
}

/**
 * Gives a pipeline with GL the one GL display of this process. Left to itself, each pipeline makes a GstGLDisplay of its own, and the first that is freed
 * ends the EGL display under all others (gst_gl_display_egl_finalize calls eglTerminate, which does not count): a context that another one is just making
 * then fails with "Failed to activate the GL Context". Before anything in it is past NULL; `part`: before that goes into it.
 */
export function shareGlDisplay(pipeline: Pipeline, part: Bin = pipeline): void {
  if (!drawing.has(part)) return;
  context ??= displayContext();
  pipeline.setContext(context);
}

/** Reads GST_GL_WINDOW and its like. */
function displayContext(): InstanceType<typeof Gst.Context> {
  const made = Gst.Context.new('gst.gl.GLDisplay', true);
  GstGL.contextSetGlDisplay(made, GstGL.GLDisplay.new());
  return made;
}
