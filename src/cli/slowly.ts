/** What takes longer is said. */
const patienceMs = 1000;

/** Awaits what asks the machine, and says so on stderr where that takes long. */
export async function slowly<T>(work: Promise<T>): Promise<T> {
  const text = 'asking GStreamer, the cameras and the graphics; some seconds on a small board …\n';
  const overdue = setTimeout(() => process.stderr.write(text), patienceMs);
  try {
    return await work;
  } finally {
    clearTimeout(overdue);
  }
}
