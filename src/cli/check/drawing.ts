import type { Machine } from '../../pipeline/machine.js';
import { whyNot } from '../../pipeline/requirements.js';
import { loadTemplate } from '../../pipeline/template.js';
import { BinocleError } from '../../protocol/errors.js';
import { drawAndCompare } from './draw.js';
import type { Difference } from './reference.js';
import { refused, type Row } from './row.js';
import { models } from './shader-sources.js';

/** What a picture may be off: of 255, in the mean and for all but a thousandth of what is inside, and in the mean at its edge, where it falls to black. */
const most = { mean: 1, p999: 8, edge: 4 };

/** Draws a picture without GL, through each lens. */
export function checkRemap(machine: Machine): Promise<Row[]> {
  return Promise.all(
    models.map((model) =>
      checkDrawing(`lensremap, ${model}`, 'remap', machine, () => drawAndCompare(model, 'lensremap', machine)),
    ),
  );
}

/** A picture that was drawn by a template of `pipelines/rectify`, against the reference. */
export async function checkDrawing(
  name: string,
  template: string,
  machine: Machine,
  draw: () => Promise<Difference>,
): Promise<Row> {
  const row = { subject: 'picture', name } as const;
  const without = whyNot(loadTemplate(template, 'rectify'), machine);
  if (without !== null) return { ...row, verdict: 'warning', detail: `not drawn: ${without}` };
  try {
    const { mean, p999, worst, edge, outside } = await draw();
    const well = mean < most.mean && p999 <= most.p999 && edge <= most.edge && outside <= 1;
    const detail = `differs from the reference by ${mean.toFixed(2)} in the mean and at most ${worst.toFixed(1)}, of 255; at the edge by ${edge.toFixed(2)} in the mean, outside by ${outside}`;
    if (well) return { ...row, verdict: 'ok', detail };
    const limits = `${detail}: more than ${most.mean} and, but for a thousandth of the picture, ${most.p999}, or than ${most.edge} at the edge`;
    return { ...row, verdict: 'failure', reason: 'bad-graph', detail: limits };
  } catch (thrown) {
    const error = BinocleError.from(thrown);
    if (error.reason === 'missing-software')
      return { ...row, verdict: 'warning', detail: `not drawn: ${error.message}` };
    return refused('picture', name, error);
  }
}
