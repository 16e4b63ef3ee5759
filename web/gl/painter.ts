import { whole, type Region } from '../stereo/layouts.js';
import type { Picture } from './picture.js';

/** A part of a picture. */
export interface Cut {
  picture: Picture;
  region: Region;
}

const vertex = `#version 300 es
uniform mat4 transform;
uniform vec4 regions[2];
out vec2 at[2];
void main() {
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  vec2 downward = vec2(corner.x, 1.0 - corner.y);
  at[0] = regions[0].xy + downward * regions[0].zw;
  at[1] = regions[1].xy + downward * regions[1].zw;
  gl_Position = transform * vec4(corner * 2.0 - 1.0, 0.0, 1.0);
}`;

/** Anaglyph: least-squares matrices for red–cyan glasses, E. Dubois, "A projection method to generate anaglyph stereo images", ICASSP 2001. */
export const anaglyphMatrices = {
  left: [0.456, 0.5, 0.176, -0.04, -0.038, -0.016, -0.015, -0.021, -0.005],
  right: [-0.043, -0.088, -0.002, 0.378, 0.734, -0.018, -0.072, -0.113, 1.226],
} as const;

const fragment = `#version 300 es
precision highp float;
uniform sampler2D pictures[2];
uniform int mixing;
uniform mat3 left, right;
in vec2 at[2];
out vec4 colour;
void main() {
  vec4 first = texture(pictures[0], at[0]);
  if (mixing == 0) { colour = first; return; }
  vec3 second = texture(pictures[1], at[1]).rgb;
  colour = vec4(clamp(mixing == 1 ? left * first.rgb + right * second : abs(first.rgb - second) * 2.0, 0.0, 1.0), 1.0);
}`;

/** What becomes of two pictures; the numbers are the shader's. A difference is doubled, so that small ones are seen. */
const mixings = { none: 0, anaglyph: 1, difference: 2 } as const;

/** Draws parts of pictures on quads: of two by two in the plane z = 0, moved by a matrix (column by column, as WebGL and WebXR have them). */
export class Painter {
  readonly #gl: WebGL2RenderingContext;
  readonly #program: WebGLProgram;
  readonly #at: Record<'transform' | 'regions' | 'mixing', WebGLUniformLocation>;

  constructor(gl: WebGL2RenderingContext) {
    this.#gl = gl;
    this.#program = link(gl, vertex, fragment);
    gl.useProgram(this.#program);
    const at = (name: string): WebGLUniformLocation => gl.getUniformLocation(this.#program, name)!;
    this.#at = { transform: at('transform'), regions: at('regions'), mixing: at('mixing') };
    gl.uniform1iv(at('pictures'), [0, 1]);
    // The tables are written row by row.
    gl.uniformMatrix3fv(at('left'), true, anaglyphMatrices.left);
    gl.uniformMatrix3fv(at('right'), true, anaglyphMatrices.right);
  }

  draw(cut: Cut, transform: Float32Array): void {
    this.#draw(cut, cut, transform, mixings.none);
  }

  drawMixed(left: Cut, right: Cut, transform: Float32Array, mixing: keyof typeof mixings): void {
    this.#draw(left, right, transform, mixings[mixing]);
  }

  close(): void {
    this.#gl.deleteProgram(this.#program);
  }

  #draw(first: Cut, second: Cut, transform: Float32Array, mixing: number): void {
    const gl = this.#gl;
    gl.useProgram(this.#program);
    for (const [unit, { picture }] of [first, second].entries()) {
      gl.activeTexture(gl.TEXTURE0 + unit);
      gl.bindTexture(gl.TEXTURE_2D, picture.texture);
    }
    gl.activeTexture(gl.TEXTURE0);
    gl.uniformMatrix4fv(this.#at.transform, false, transform);
    gl.uniform4fv(this.#at.regions, [...inside(first), ...inside(second)]);
    gl.uniform1i(this.#at.mixing, mixing);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
  }
}

/** Half a texel in from every cut edge, so that smoothing does not fetch the other eye’s pixels. */
export function inside({ picture, region }: { picture: { width: number; height: number }; region: Region }): number[] {
  const [dx, dy] = [
    region.width < whole.width ? 0.5 / picture.width : 0,
    region.height < whole.height ? 0.5 / picture.height : 0,
  ];
  return [region.x + dx, region.y + dy, region.width - 2 * dx, region.height - 2 * dy];
}

function link(gl: WebGL2RenderingContext, vertexSource: string, fragmentSource: string): WebGLProgram {
  const program = gl.createProgram();
  for (const [type, source] of [
    [gl.VERTEX_SHADER, vertexSource],
    [gl.FRAGMENT_SHADER, fragmentSource],
  ] as const) {
    const shader = gl.createShader(type)!;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
    gl.deleteShader(shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost())
    throw new Error(`The page's shader does not link: ${gl.getProgramInfoLog(program) ?? ''}`);
  return program;
}
