import type { Rectification } from './rectification.js';

/**
 * The uniforms of `shaders/rectify.frag`: scalar floats, always all of them, since a program keeps the last value of a uniform that is not
 * set again (and 0 at first).
 */
export function uniforms({ ray, lens, camera }: Rectification): Record<string, number> {
  const { model, ...coefficients } = lens;
  const [m00, m01, m02, m10, m11, m12, m20, m21, m22] = ray;
  return {
    m00,
    m01,
    m02,
    m10,
    m11,
    m12,
    m20,
    m21,
    m22,
    ...camera,
    fisheye: model === 'fisheye' ? 1 : 0,
    ...noLens,
    ...coefficients,
  };
}

const noLens = { k1: 0, k2: 0, p1: 0, p2: 0, k3: 0, k4: 0, k5: 0, k6: 0 };

/**
 * A value of glshader's `uniforms` property as text, e.g. `rectify,k1=(float)-0.27,…`: the same in a launch line and for
 * `Gst.Structure.fromString`. Nine digits hold a float exactly.
 */
export function uniformsText(name: string, values: Record<string, number>): string {
  const fields = Object.entries(values).map(([key, value]) => `${key}=(float)${Number(value.toPrecision(9))}`);
  return [name, ...fields].join(',');
}
