/**
 * Every way in which Binocle refuses or fails, and what each becomes at its three rims: the exit status of a command, the HTTP status of a
 * response, and whether the fault ends a WebSocket (4401, 4403) or only answers the message that caused it.
 */
export const reasons = {
  'bad-config': { exit: 2, http: 422 },
  'bad-usage': { exit: 2, http: 400 },
  'bad-message': { exit: 1, http: 400 },
  'too-large': { exit: 1, http: 413 },
  'unsupported-media': { exit: 1, http: 415 },
  unauthorized: { exit: 1, http: 401, close: 4401 },
  forbidden: { exit: 1, http: 403, close: 4403 },
  'not-found': { exit: 1, http: 404 },
  'stale-revision': { exit: 1, http: 412 },
  'port-in-use': { exit: 1, http: 500 },
  'missing-software': { exit: 3, http: 503 },
  'bad-graph': { exit: 2, http: 422 },
  'source-failed': { exit: 1, http: 503 },
  'engine-failed': { exit: 1, http: 503 },
  timeout: { exit: 1, http: 504 },
  internal: { exit: 1, http: 500 },
} as const satisfies Record<string, { exit: 1 | 2 | 3; http: number; close?: number }>;

export type Reason = keyof typeof reasons;
export const reasonNames = Object.keys(reasons) as Reason[];

/** What crosses a process or network boundary of an error. */
export interface ErrorShape {
  reason: Reason;
  /** A sentence that says what is wrong and what to do. */
  message: string;
  /** The configuration path or message field it is about, e.g. `profile.encode.bitrate_mbps`. */
  path?: string;
}

/** An error with a reason from the closed set; anything else that is thrown is a defect (`internal`). */
export class BinocleError extends Error {
  readonly reason: Reason;
  readonly path: string | undefined;

  constructor(reason: Reason, message: string, options: { path?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'BinocleError';
    this.reason = reason;
    this.path = options.path;
  }

  static from(thrown: unknown): BinocleError {
    if (thrown instanceof BinocleError) return thrown;
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return new BinocleError('internal', message, { cause: thrown });
  }

  static fromShape(shape: ErrorShape): BinocleError {
    return new BinocleError(shape.reason, shape.message, shape.path === undefined ? {} : { path: shape.path });
  }

  toShape(): ErrorShape {
    return { reason: this.reason, message: this.message, ...(this.path === undefined ? {} : { path: this.path }) };
  }
}
