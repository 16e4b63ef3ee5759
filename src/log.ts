import winston from 'winston';

/**
 * One line a fact, to stderr; stdout is for data.
 *
 * - error: something asked for does not work now; says what to do.
 * - warn: it goes on, but not as asked.
 * - info: one line a transition (started, viewer came, engine replaced); never per frame, never per message.
 * - debug: what one needs to follow a single session.
 */
export const logLevels = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof logLevels)[number];

const { combine, timestamp, json, printf, colorize } = winston.format;

const forPeople = combine(
  colorize({ level: true }),
  timestamp({ format: 'HH:mm:ss.SSS' }),
  printf(({ level, message, timestamp: at, from, ...rest }) => {
    const details = Object.entries(rest).map(
      ([key, value]) => `[${key}:${typeof value === 'string' ? value : JSON.stringify(value)}]`,
    );
    return [at, level, `${String(from)}:`, message, ...details].join(' ');
  }),
);

const root = winston.createLogger({
  level: 'info',
  format: process.stderr.isTTY ? forPeople : combine(timestamp(), json()),
  transports: [new winston.transports.Console({ stderrLevels: [...logLevels] })],
});

export type Logger = winston.Logger;

/** A logger whose lines say which part speaks, e.g. `createLogger('server')`. */
export function createLogger(from: string): Logger {
  return root.child({ from });
}

export function setLogLevel(level: LogLevel): void {
  root.level = level;
}
