import { Gst, type Element, type Pipeline } from './gst.js';

export interface BusMessage {
  kind: 'error' | 'warning' | 'end-of-stream' | 'latency';
  /** Names from the pipeline down to the element that speaks, e.g. ['pipeline0', 'left_source']. */
  path: string[];
  /** Factory name of that element, e.g. `v4l2src`; '' for bins and the pipeline. */
  factory: string;
  /** What the element’s class says it is, e.g. `Source/Video`. */
  role: string;
  text: string;
  /** For developers: file, line, errno. */
  debug: string;
}

const { ERROR, WARNING, EOS, LATENCY } = Gst.MessageType;
const kinds = new Map<number, BusMessage['kind']>([
  [ERROR, 'error'],
  [WARNING, 'warning'],
  [EOS, 'end-of-stream'],
  [LATENCY, 'latency'],
]);

/** Takes everything off the pipeline’s bus; what is of no interest is dropped in C. A bus that nobody empties keeps removed viewers alive. */
export function drain(pipeline: Pipeline): BusMessage[] {
  const bus = pipeline.getBus()!;
  const messages: BusMessage[] = [];
  for (;;) {
    const message = bus.popFiltered(ERROR | WARNING | EOS | LATENCY);
    if (message === null) return messages;
    const kind = kinds.get(message.type)!;
    messages.push({ kind, ...source(message.src as Element | null), ...said(message, kind) });
  }
}

type Message = InstanceType<typeof Gst.Message>;

function said(message: Message, kind: BusMessage['kind']): { text: string; debug: string } {
  if (kind !== 'error' && kind !== 'warning') return { text: '', debug: '' };
  const [error, debug] = kind === 'error' ? message.parseError() : message.parseWarning();
  return { text: error?.message ?? '', debug: debug ?? '' };
}

function source(element: Element | null): Pick<BusMessage, 'path' | 'factory' | 'role'> {
  const path: string[] = [];
  for (let at: { getName(): string | null; getParent(): unknown } | null = element; at !== null;) {
    path.unshift(at.getName() ?? '');
    at = at.getParent() as typeof at;
  }
  // Pads and other objects speak, too; only elements have a factory.
  const factory = element !== null && element instanceof Gst.Element ? element.getFactory() : null;
  return { path, factory: factory?.getName() ?? '', role: factory?.getMetadata('klass') ?? '' };
}
