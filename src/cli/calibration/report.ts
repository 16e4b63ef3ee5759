import type { Completed } from '../../calibration/import/complete.js';
import type { Imported } from '../../calibration/import/imported.js';
import type { Written } from './write.js';

export interface Told {
  files: readonly string[];
  imported: Imported;
  result: Completed;
  written: Written | null;
}

/** What `--json` prints. Lengths are in `unit`, null where the format leaves it to whoever calibrated. */
export function asJson({ files, imported, result, written }: Told): unknown {
  const { calibration, facts, warnings } = result;
  const { baseline, ...others } = facts;
  return {
    format: imported.format,
    files,
    model: calibration.model,
    size: calibration.size,
    baseline: { length: baseline, unit: imported.unit ?? null },
    ...others,
    notes: imported.notes,
    warnings,
    calibration,
    profile: written?.profile ?? null,
    written: written?.files ?? [],
    capture: written?.capture ?? null,
  };
}

/** The same for people. */
export function asText({ files, imported, result, written }: Told): string {
  const { calibration, size, facts, warnings } = result;
  const count = calibration.left?.D.length ?? 0;
  const { horizontalDeg, verticalDeg } = facts.fieldOfView;
  const rows = facts.arrangement === 'side by side' ? 'rows' : 'columns';
  const lines = [
    `Read ${files.join(', ')} as ${imported.format}`,
    `  model          ${calibration.model}, ${count === 0 ? 'no distortion' : `${count} coefficients`}`,
    `  size           ${size.width}x${size.height}`,
    `  baseline       ${lengthText(facts.baseline, imported.unit)}, ${facts.arrangement}`,
    `  field of view  ${horizontalDeg.toFixed(1)}° x ${verticalDeg.toFixed(1)}° after rectification`,
    `  convergence    ${convergenceText(facts.convergenceDeg)}`,
    `  misalignment   at most ${facts.misalignmentPx.toFixed(2)} px between the ${rows} of the eyes, by these numbers alone`,
    ...imported.notes.map((note) => `  note           ${note}`),
    ...warnings.map((warning) => `  warning        ${warning}`),
  ];
  if (written === null) return lines.join('\n');
  const key = written.profile === undefined ? '' : `, profiles.${written.profile}.calibration`;
  lines.push(`Written to ${written.files.join(' and ')}${key}`);
  if (written.capture !== undefined)
    lines.push(`Its capture is ${written.capture.width}x${written.capture.height} now, as the calibrated pictures.`);
  return lines.join('\n');
}

function lengthText(length: number, unit: 'm' | undefined): string {
  if (unit === 'm') return `${(length * 1000).toPrecision(4)} mm`;
  return `${Number(length.toPrecision(4))} in the unit of the calibration (that of its board)`;
}

function convergenceText(angle: number): string {
  const size = Math.abs(angle).toFixed(1);
  if (size === '0.0') return '0°: the cameras look the same way';
  return `${size}°: the cameras look ${angle > 0 ? 'towards each other' : 'apart'}`;
}
