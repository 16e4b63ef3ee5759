import type { Machine } from '../../pipeline/machine.js';
import type { Plan } from '../../pipeline/plan.js';
import type { Selected } from '../command.js';

export const verdicts = ['ok', 'warning', 'failure'] as const;
export type Verdict = (typeof verdicts)[number];

/** What a check found. */
export interface Finding {
  verdict: Verdict;
  /** What is the case, in words. */
  detail: string;
  /** What to do about it; with every warning and failure. */
  mend?: string;
}

/** What is examined. */
export interface Patient {
  selected: Selected;
  /** Null where GStreamer cannot be asked; the check of node-gtk says why. */
  machine: Machine | null;
  /** The plan of this configuration on this machine, or why there is none. */
  plan: Plan | Error;
}

/** One row of `binocle doctor`. */
export interface Check {
  /** Stable name for programs. */
  id: string;
  /** For people. */
  what: string;
  examine: (patient: Patient) => Finding | Promise<Finding>;
}

export const ok = (detail: string): Finding => ({ verdict: 'ok', detail });
export const warning = (detail: string, mend: string): Finding => ({ verdict: 'warning', detail, mend });
export const failure = (detail: string, mend: string): Finding => ({ verdict: 'failure', detail, mend });
