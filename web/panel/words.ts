import type { Role } from '../../src/protocol/ws.js';

/** What a change costs, for a person who watches the picture. */
export const costWords: Record<string, string> = {
  hot: 'at once',
  encoder: 'new encoder, within a second',
  graph: 'new graph, about a second',
  restart: 'after a restart',
};

/** Units that say nothing beside a slider are left out. */
export const unitWords: Record<string, string> = { fraction: '', deg: '°', frames: '' };

/** Who changed it, from `by` of the message `profile`. */
export function changedBy(by: string): string {
  switch (by) {
    case 'file':
      return 'The file was changed.';
    case 'http':
      return 'A program changed the settings.';
    case 'rollback':
      return 'Another page took the unsaved changes back.';
    case 'undone':
      return 'The change gave no picture and was taken back.';
    default:
      return 'Another page changed the settings.';
  }
}

export function roleWords(role: Role, connected: boolean): string {
  if (!connected) return 'Waiting for the server.';
  return role === 'viewer' ? 'You may watch. The operator’s address lets you change.' : '';
}

/** `3 changes are not saved`. */
export function unsavedWords(count: number): string {
  if (count === 0) return 'All saved';
  return count === 1 ? '1 change not saved' : `${String(count)} changes not saved`;
}

/** The server’s messages begin small, as in its log. */
export function capital(message: string): string {
  return message.replace(/^./, (first) => first.toUpperCase());
}
