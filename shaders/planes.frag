// Rectification of the planes of one eye's 4:2:0 picture, four bytes of the output at once. Behind a lens; see README.md here for the uniforms.
varying vec2 v_texcoord;
uniform sampler2D tex;
uniform float width, height;
uniform float in_width, in_height, out_width, out_height, cosited;
uniform float m00, m01, m02, m10, m11, m12, m20, m21, m22;
uniform float fx, fy, cx, cy;

// The lens is asked at two places of the four samples and is a straight line between them. These are the two (in samples from the
// middle) whose line is nearest to a bend over all four: twice as near as that through the outer ones.
const float NODE = 1.118034;
// Points farther out than this, in pictures, are outside beyond doubt; a line to one says nothing of what lies between.
const float FAR = 3.0;

// Of the plane that the samples belong to: its middle and half its size, without and with the half sample at its edge; in the texture.
vec2 middle, reach, hold;
// The row of black there.
float black;

vec2 captured(vec3 ray) {
  return lens(ray.xy * (1.0 / (ray.z > 0.0 ? ray.z : 1.0))) * vec2(fx, fy) + vec2(cx, cy);
}

float take(vec2 off) {
  vec2 beyond = abs(off) - reach;
  vec2 at = middle + clamp(off, -hold, hold);
  return texture2D(tex, vec2(at.x, max(beyond.x, beyond.y) > 0.0 ? black : at.y)).r;
}

void main() {
  // Luma above, U and V below it side by side, a sample of those being two pixels.
  vec2 byte = v_texcoord * vec2(4.0 * width, height);
  float chroma = byte.y > out_height ? 1.0 : 0.0;
  float v = byte.x > 2.0 * width ? chroma : 0.0;
  float pixels = 1.0 + chroma;
  vec2 shift = vec2(chroma * cosited, 0.0);
  vec2 at = (byte - vec2(2.0 * width * v, out_height * chroma)) * pixels - shift;

  vec2 unit = 1.0 / vec2(out_width, out_height);
  vec3 point = vec3(at * unit, 1.0);
  vec3 ray = vec3(dot(vec3(m00, m01, m02), point), dot(vec3(m10, m11, m12), point), dot(vec3(m20, m21, m22), point));
  vec3 along = vec3(m00, m10, m20) * (NODE * pixels * unit.x);
  vec2 before = captured(ray - along) - 0.5;
  vec2 after = captured(ray + along) - 0.5;
  vec2 far = max(abs(before), abs(after));
  bool seen = min(ray.z - along.z, ray.z + along.z) > 0.0 && max(far.x, far.y) < FAR;

  float samples = 1.0 - 0.5 * chroma;
  vec2 texel = 1.0 / vec2(in_width, in_height * 1.5 + 2.0);
  vec2 scale = vec2(in_width, in_height) * texel * samples;
  reach = 0.5 * scale;
  hold = reach - 0.5 * texel;
  middle = vec2(0.5 * in_width * v, in_height * chroma) * texel + reach;
  black = 1.0 - (1.5 - chroma) * texel.y;

  vec2 off = 0.5 * (before + after) * scale + shift * texel * samples;
  vec2 across = (after - before) * scale * (0.25 / NODE);
  off = seen ? off : vec2(9.0);
  gl_FragColor = vec4(take(off - 3.0 * across), take(off - across), take(off + across), take(off + 3.0 * across));
}
