import { forParser, graphText } from '../../pipeline/text.js';
import type { Machine } from '../../pipeline/machine.js';
import { planGraph } from '../../pipeline/plan-graph.js';
import { loadTemplates } from '../../pipeline/templates.js';
import { BinocleError } from '../../protocol/errors.js';
import type { Selected } from '../command.js';
import { refused, type Row } from './row.js';

/** Plans the graph of the selected profile and has GStreamer read its text, without playing it: every element and property has to exist. */
export async function checkGraph({ profile, profileName }: Selected, machine: Machine): Promise<Row> {
  try {
    const plan = planGraph(profile, machine, loadTemplates(profile));
    const { parse } = await import('../../engine/gst/parse.js');
    parse(forParser(graphText(plan)));
    const detail = `${plan.layout}, ${plan.encoder}; GStreamer takes it`;
    return { subject: 'graph', name: profileName, verdict: 'ok', detail };
  } catch (error) {
    const row = refused('graph', profileName, error);
    // A camera that is not plugged in now is no fault of the files.
    if (error instanceof BinocleError && error.reason === 'source-failed') return { ...row, verdict: 'warning' };
    return row;
  }
}
