/** A frame rate as GStreamer writes it: 30 is `30/1`, 29.97 is `30000/1001`; the simplest fraction that is right to a millionth. */
export function fraction(value: number): string {
  const ntsc = Math.round(value * 1.001);
  if (!Number.isInteger(value) && Math.abs((ntsc * 1000) / 1001 - value) < 0.005) return `${ntsc * 1000}/1001`;
  for (let denominator = 1; denominator <= 10_000; denominator++) {
    const numerator = Math.round(value * denominator);
    if (Math.abs(numerator / denominator - value) <= value * 1e-6) return `${numerator}/${denominator}`;
  }
  return `${Math.round(value * 10_000)}/10000`;
}
