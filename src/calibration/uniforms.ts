import type { Rectification } from './rectification.js';

/** Above this height GStreamer takes the chroma of a picture without `chroma-site` to stand at every other pixel, else between two (video-info.c). */
const highestBetween = 576;

/**
 * The uniforms of `shaders/` and of `lensremap`, for every lens and for both `rectify.frag` and `planes.frag`: scalar floats, always all of them, since a
 * program keeps the last value of a uniform that is not set again (and 0 at first); one that a program has not is passed over.
 */
export function uniforms({ ray, lens, camera, source, output }: Rectification): Record<string, number> {
  const { model: _, ...coefficients } = lens;
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
    ...noLens,
    ...coefficients,
    fisheye: lens.model === 'fisheye' ? 1 : 0,
    in_width: source.width,
    in_height: source.height,
    pixel_x: 1 / output.width,
    pixel_y: 1 / output.height,
    texel_x: 1 / (source.width + black),
    texel_y: 1 / (source.height * 1.5 + black),
    cosited: source.height > highestBetween ? 0.5 : 0,
  };
}

/** Texels of black beside and between the planes (gstplanes.h). */
const black = 4;

const noLens = { k1: 0, k2: 0, p1: 0, p2: 0, k3: 0, k4: 0, k5: 0, k6: 0 };

/**
 * A value of glshader's `uniforms` property as text, e.g. `rectify,k1=(float)-0.27,…`: the same in a launch line and for
 * `Gst.Structure.fromString`. Nine digits hold a float exactly.
 */
export function uniformsText(name: string, values: Record<string, number>): string {
  const fields = Object.entries(values).map(([key, value]) => `${key}=(float)${Number(value.toPrecision(9))}`);
  return [name, ...fields].join(',');
}
