/** A slider's way of spreading values: `position` from -1 to 1, or 0 to 1 where the middle lies at the least value. */
export interface Scale {
  least: number;
  most: number;
  toValue(position: number): number;
  toPosition(value: number): number;
}

/** Fine about `middle`, where small corrections are made, and coarse towards the ends: value − middle grows with the third power of the position. */
export function fineAbout(middle: number, least: number, most: number): Scale {
  const [below, above] = [middle - least, most - middle];
  return {
    least: below > 0 ? -1 : 0,
    most: above > 0 ? 1 : 0,
    toValue: (position) => middle + (position < 0 ? below : above) * position ** 3,
    toPosition: (value) => {
      const reach = value < middle ? below : above;
      return reach === 0 ? 0 : clamp(Math.cbrt((value - middle) / reach), -1, 1);
    },
  };
}

/** Equal ratios take equal ways; for values that are all above zero. */
export function ratios(least: number, most: number): Scale {
  const span = Math.log(most / least);
  return {
    least: 0,
    most: 1,
    toValue: (position) => least * Math.exp(span * position),
    toPosition: (value) => clamp(Math.log(Math.max(value, least) / least) / span, 0, 1),
  };
}

/** To the nearest multiple of `step`, written without the noise of binary fractions. */
export function onStep(value: number, step: number): number {
  return Number((Math.round(value / step) * step).toFixed(decimals(step)));
}

/** Decimal places that a multiple of `step` needs. */
export function decimals(step: number): number {
  return (/\.(\d+)$/.exec(step.toFixed(8).replace(/0+$/, ''))?.[1] ?? '').length;
}

export function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
