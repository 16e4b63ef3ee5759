import { parse } from '../../engine/gst/parse.js';
import { probeMachine } from '../../engine/probe.js';
import { forParser, graphText } from '../../pipeline/text.js';
import type { Machine } from '../../pipeline/machine.js';
import { planGraph } from '../../pipeline/plan-graph.js';
import { loadTemplates } from '../../pipeline/templates.js';
import { BinocleError } from '../../protocol/errors.js';
import type { Selected } from '../command.js';
import { refused, type Row } from './row.js';
import { type ShaderSource, sourcesIn } from './shader-sources.js';

/**
 * Probes this machine for the selected profile, plans its graph and has GStreamer read the text, without playing it: every element and property
 * has to exist. Also gives what was probed, if that came so far, and the shaders in the text.
 */
export async function checkGraph({
  profile,
  profileName,
}: Selected): Promise<{ row: Row; machine?: Machine; shaders?: ShaderSource[] }> {
  let machine: Machine | undefined;
  const known = () => (machine === undefined ? {} : { machine });
  try {
    machine = await probeMachine(profile);
    const plan = planGraph(profile, machine, loadTemplates(profile));
    const text = graphText(plan);
    parse(forParser(text));
    const detail = `${plan.layout}, ${plan.encoder}; GStreamer takes it`;
    return {
      row: { subject: 'graph', name: profileName, verdict: 'ok', detail },
      shaders: sourcesIn(text, 'graph'),
      ...known(),
    };
  } catch (error) {
    const row = refused('graph', profileName, error);
    // A camera that is not plugged in now is no fault of the files.
    const elsewhere = error instanceof BinocleError && error.reason === 'source-failed';
    return { row: elsewhere ? { ...row, verdict: 'warning' } : row, ...known() };
  }
}
