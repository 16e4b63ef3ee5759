import type { Refusal } from './signalling/client.js';

export type Phase = 'connecting' | 'playing' | 'reconnecting' | 'failed';

/** What the page says in words; see ui/words.ts. */
export type Condition =
  | { kind: 'connecting' | 'waiting' | 'playing' | 'no-picture' | 'blocked' | 'stalled' | 'tap' | 'no-webrtc' }
  | { kind: 'interrupted' | 'trouble' | 'unauthorized' | 'forbidden' | 'no-codec'; detail: string }
  | { kind: 'away'; retryMs: number; everOpen: boolean };

export interface State {
  phase: Phase;
  condition: Condition;
  /** How often the picture was lost and sought again. */
  reconnects: number;
  /** Whether there has been a picture. */
  played: boolean;
}

export type Happening =
  | { type: 'welcome' | 'offer' | 'frame' | 'overdue' | 'blocked' | 'stalled' | 'tap' | 'no-webrtc' }
  | { type: 'interrupted' | 'trouble' | 'no-codec'; message: string }
  | { type: 'refused'; refusal: Refusal; message: string }
  | { type: 'away'; retryMs: number; everOpen: boolean };

export const initial: State = {
  phase: 'connecting',
  condition: { kind: 'connecting' },
  reconnects: 0,
  played: false,
};

/** What is the case after something happened. */
export function after(state: State, happening: Happening): State {
  switch (happening.type) {
    case 'frame':
      return state.phase === 'playing' && state.condition.kind === 'playing'
        ? state
        : { ...state, phase: 'playing', condition: { kind: 'playing' }, played: true };
    case 'welcome':
    case 'offer':
      return seeking(state, { kind: 'waiting' });
    case 'interrupted':
      return seeking(state, { kind: 'interrupted', detail: happening.message });
    case 'away':
      return seeking(state, { kind: 'away', retryMs: happening.retryMs, everOpen: happening.everOpen });
    case 'overdue':
      return seeking(state, { kind: 'no-picture' });
    case 'blocked':
      return seeking(state, { kind: 'blocked' });
    case 'stalled':
      // The picture is still there, only old: nothing is being reconnected yet.
      return { ...state, condition: { kind: 'stalled' } };
    case 'tap':
      return { ...state, condition: { kind: 'tap' } };
    case 'trouble':
      // Neither a picture nor the reason why there can be none is hidden by the error of a request.
      return state.phase === 'playing' || state.phase === 'failed'
        ? state
        : { ...state, condition: { kind: 'trouble', detail: happening.message } };
    case 'no-webrtc':
      return { ...state, phase: 'failed', condition: { kind: 'no-webrtc' } };
    case 'no-codec':
      return { ...state, phase: 'failed', condition: { kind: 'no-codec', detail: happening.message } };
    case 'refused':
      return { ...state, phase: 'failed', condition: { kind: happening.refusal, detail: happening.message } };
  }
}

function seeking(state: State, condition: Condition): State {
  return {
    ...state,
    phase: state.played ? 'reconnecting' : 'connecting',
    reconnects: state.reconnects + (state.phase === 'playing' ? 1 : 0),
    condition,
  };
}
