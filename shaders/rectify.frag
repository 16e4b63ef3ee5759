// Rectification of one eye: output point -> viewing ray -> lens -> point of the captured picture. Behind a lens; see README.md here for the uniforms.
varying vec2 v_texcoord;
uniform sampler2D tex;
uniform float m00, m01, m02, m10, m11, m12, m20, m21, m22;
uniform float fx, fy, cx, cy;

void main() {
  vec3 point = vec3(v_texcoord, 1.0);
  vec3 ray = vec3(dot(vec3(m00, m01, m02), point), dot(vec3(m10, m11, m12), point), dot(vec3(m20, m21, m22), point));
  bool front = ray.z > 0.0;
  vec2 from = lens(ray.xy / (front ? ray.z : 1.0)) * vec2(fx, fy) + vec2(cx, cy);
  bool inside = front && from.x >= 0.0 && from.x <= 1.0 && from.y >= 0.0 && from.y <= 1.0;
  gl_FragColor = inside ? vec4(texture2D(tex, from).rgb, 1.0) : vec4(0.0, 0.0, 0.0, 1.0);
}
