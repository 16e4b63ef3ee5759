// Rectification of one eye: output point -> viewing ray -> lens -> point of the captured picture. Behind a lens; see README.md here for the uniforms.
varying vec2 v_texcoord;
uniform sampler2D tex;
uniform float m00, m01, m02, m10, m11, m12, m20, m21, m22;
uniform float fx, fy, cx, cy;
uniform float in_width, in_height;

void main() {
  vec3 point = vec3(v_texcoord, 1.0);
  vec3 ray = vec3(dot(vec3(m00, m01, m02), point), dot(vec3(m10, m11, m12), point), dot(vec3(m20, m21, m22), point));
  bool front = ray.z > 0.0;
  vec2 from = lens(ray.xy / (front ? ray.z : 1.0)) * vec2(fx, fy) + vec2(cx, cy);
  // How much of the sample is picture: all of it up to the middle of the outermost pixel, nothing from a pixel farther out.
  vec2 share = clamp(vec2(in_width, in_height) * (0.5 - abs(from - 0.5)) + 0.5, 0.0, 1.0);
  bool seen = front && share.x * share.y > 0.0;
  gl_FragColor = vec4(seen ? texture2D(tex, from).rgb * (share.x * share.y) : vec3(0.0), 1.0);
}
