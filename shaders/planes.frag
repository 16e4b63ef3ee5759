// Rectification of the planes of one eye's 4:2:0 picture, four bytes of the output at once. Behind a lens; see README.md here for the uniforms.
varying vec2 v_texcoord;
uniform sampler2D tex;
uniform float width;
uniform float pixel_x, pixel_y, texel_x, texel_y, cosited;
uniform float m00, m01, m02, m10, m11, m12, m20, m21, m22;
uniform float fx, fy, cx, cy;

// The lens is asked at two places of the four samples and is a straight line between them. These are the two (in samples from the
// middle) whose line is nearest to a bend over all four: twice as near as that through the outer ones.
const float NODE = 1.118034;
// Points farther out than this, in pictures, are outside beyond doubt; a line to one says nothing of what lies between.
const float FAR = 3.0;

// Where the samples of a plane and the black around it are, in the texture.
vec2 low, high;

vec2 captured(vec3 ray) {
  return lens(ray.xy * (1.0 / (ray.z > 0.0 ? ray.z : 1.0))) * vec2(fx, fy) + vec2(cx, cy);
}

float take(vec2 at) {
  return texture2D(tex, clamp(at, low, high)).r;
}

void main() {
  // Luma above, U and V below it side by side, a sample of those being two pixels.
  float chroma = v_texcoord.y > 2.0 / 3.0 ? 1.0 : 0.0;
  float v = v_texcoord.x > 0.5 ? chroma : 0.0;
  float pixels = 1.0 + chroma;
  float samples = 1.0 - 0.5 * chroma;
  vec2 at = (v_texcoord * vec2(4.0 * width * pixel_x, 1.5) - vec2(2.0 * width * pixel_x * v, chroma)) * pixels;
  at.x -= chroma * cosited * pixel_x;

  vec3 ray = vec3(m00, m10, m20) * at.x + (vec3(m01, m11, m21) * at.y + vec3(m02, m12, m22));
  vec3 along = vec3(m00, m10, m20) * (NODE * pixel_x * pixels);
  vec2 before = captured(ray - along);
  vec2 after = captured(ray + along);
  vec2 far = max(abs(before), abs(after));
  bool seen = min(ray.z - along.z, ray.z + along.z) > 0.0 && max(far.x, far.y) < FAR;

  // One texel of black on each side of each plane.
  vec2 texel = vec2(texel_x, texel_y);
  vec2 luma = (1.0 - 4.0 * texel) * vec2(1.0, 2.0 / 3.0);
  vec2 size = luma * samples;
  vec2 corner = texel + vec2((0.5 * luma.x + 2.0 * texel_x) * v, (luma.y + 2.0 * texel_y) * chroma);
  low = corner - 0.5 * texel;
  high = low + (size + texel);

  vec2 middle = corner + (before + after) * (0.5 * size);
  middle.x += chroma * cosited * 0.5 * texel_x;
  vec2 across = (after - before) * (size * (0.25 / NODE));
  middle = seen ? middle : vec2(9.0);
  gl_FragColor = vec4(take(middle - 3.0 * across), take(middle - across), take(middle + across), take(middle + 3.0 * across));
}
