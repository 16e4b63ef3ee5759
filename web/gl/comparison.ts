import type { Eye } from '../../src/protocol/ws.js';
import { blinkingEye, type Comparison } from '../view/views.js';
import type { Cut, Painter } from './painter.js';

/** Both eyes in one picture, at `now` (ms). */
export function drawComparison(
  painter: Painter,
  eyes: Record<Eye, Cut>,
  comparison: Comparison,
  transform: Float32Array,
  now: number,
): void {
  if (comparison === 'blink') painter.draw(eyes[blinkingEye(now)], transform);
  else painter.drawMixed(eyes.left, eyes.right, transform, comparison);
}
