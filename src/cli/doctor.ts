import { loadTemplates } from '../pipeline/templates.js';
import { BinocleError } from '../protocol/errors.js';
import type { Command } from './command.js';
import { slowly } from './slowly.js';
import { verdicts, type Check, type Finding, type Patient, type Verdict } from './doctor/check.js';
import { devicesCheck } from './doctor/devices.js';
import { graphChecks } from './doctor/graph.js';
import { priorityCheck } from './doctor/priority.js';
import { processorChecks } from './doctor/processor.js';
import { rimChecks } from './doctor/rim.js';
import { softwareChecks } from './doctor/software.js';

const checks: readonly Check[] = [
  ...softwareChecks,
  ...graphChecks,
  devicesCheck,
  ...processorChecks,
  priorityCheck,
  ...rimChecks,
];

type Row = Pick<Check, 'id' | 'what'> & Finding;

export const command: Command = {
  name: 'doctor',
  summary: 'check this machine: plugins, GL, encoders, cameras',
  help: 'Looks at what streaming needs and says of each thing whether it is well, and if not what to do. Exit status 1 if anything failed.',
  async run({ json, select, print }) {
    const selected = await select();
    const rows = await slowly(examineAll(selected));
    const failed = rows.some(({ verdict }) => verdict === 'failure');
    print(json ? JSON.stringify({ ok: !failed, checks: rows }) : report(rows));
    return failed ? 1 : 0;
  },
};

async function examineAll(selected: Patient['selected']): Promise<Row[]> {
  const patient = await admit(selected);
  const rows: Row[] = [];
  for (const { id, what, examine } of checks) rows.push({ id, what, ...(await examine(patient)) });
  return rows;
}

async function admit(selected: Patient['selected']): Promise<Patient> {
  try {
    const { probeMachine } = await import('../engine/probe.js');
    const { planGraph } = await import('../pipeline/plan-graph.js');
    const machine = await probeMachine(selected.profile);
    try {
      return { selected, machine, plan: planGraph(selected.profile, machine, loadTemplates(selected.profile)) };
    } catch (error) {
      return { selected, machine, plan: BinocleError.from(error) };
    }
  } catch (error) {
    return { selected, machine: null, plan: BinocleError.from(error) };
  }
}

const marks: Record<Verdict, string> = { ok: 'OK', warning: 'warning', failure: 'FAILURE' };

/** A line a check, what to do below those that are not well, and the sum. */
export function report(rows: readonly Row[]): string {
  const markWidth = Math.max(...Object.values(marks).map((mark) => mark.length));
  const whatWidth = Math.max(...rows.map(({ what }) => what.length));
  const lines = rows.flatMap(({ verdict, what, detail, mend }) => [
    `${marks[verdict].padEnd(markWidth)}  ${what.padEnd(whatWidth)}  ${detail}`,
    ...(mend === undefined ? [] : [`${' '.repeat(markWidth + whatWidth + 4)}→ ${mend}`]),
  ]);
  const counts = verdicts.map((verdict) => `${rows.filter((row) => row.verdict === verdict).length} ${marks[verdict]}`);
  return [...lines, '', counts.join(', ')].join('\n');
}
