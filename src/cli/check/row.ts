import type { Problem } from '../../config/problem.js';
import { BinocleError, type Reason } from '../../protocol/errors.js';

/** What was checked, and how it is. */
export interface Row {
  subject: 'configuration' | 'template' | 'graph' | 'shader' | 'picture';
  name: string;
  verdict: 'ok' | 'warning' | 'failure';
  detail: string;
  /** Of a failure; the exit status follows from it. */
  reason?: Reason;
  /** Of a configuration: each with its place. */
  problems?: readonly Problem[];
}

/** A row for something that was refused. */
export function refused(subject: Row['subject'], name: string, thrown: unknown): Row {
  const { reason, message } = BinocleError.from(thrown);
  return { subject, name, verdict: 'failure', detail: message, reason };
}
