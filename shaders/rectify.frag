// Rectification of one eye: output point -> viewing ray -> lens -> point of the captured picture. See README.md here for the uniforms.
#ifdef GL_ES
#ifdef GL_FRAGMENT_PRECISION_HIGH
precision highp float;
#else
precision mediump float;
#endif
#endif
varying vec2 v_texcoord;
uniform sampler2D tex;
uniform float m00, m01, m02, m10, m11, m12, m20, m21, m22;
uniform float fx, fy, cx, cy;
uniform float fisheye;
uniform float k1, k2, p1, p2, k3, k4, k5, k6;

vec2 pinhole_lens(vec2 ray) {
  float r2 = dot(ray, ray);
  float above = 1.0 + r2 * (k1 + r2 * (k2 + r2 * k3));
  float below = 1.0 + r2 * (k4 + r2 * (k5 + r2 * k6));
  if (abs(below) < 1e-6) return vec2(1e6);
  vec2 tangential = 2.0 * ray.x * ray.y * vec2(p1, p2) + vec2(p2, p1) * (r2 + 2.0 * ray * ray);
  return ray * (above / below) + tangential;
}

vec2 fisheye_lens(vec2 ray) {
  float r = length(ray);
  if (r < 1e-6) return ray;
  float theta = atan(r);
  float t2 = theta * theta;
  return ray * (theta * (1.0 + t2 * (k1 + t2 * (k2 + t2 * (k3 + t2 * k4)))) / r);
}

void main() {
  vec3 point = vec3(v_texcoord, 1.0);
  vec3 ray = vec3(dot(vec3(m00, m01, m02), point), dot(vec3(m10, m11, m12), point), dot(vec3(m20, m21, m22), point));
  bool front = ray.z > 0.0;
  vec2 tangents = ray.xy / (front ? ray.z : 1.0);
  vec2 bent = fisheye > 0.5 ? fisheye_lens(tangents) : pinhole_lens(tangents);
  vec2 from = bent * vec2(fx, fy) + vec2(cx, cy);
  bool inside = front && from.x >= 0.0 && from.x <= 1.0 && from.y >= 0.0 && from.y <= 1.0;
  gl_FragColor = inside ? vec4(texture2D(tex, from).rgb, 1.0) : vec4(0.0, 0.0, 0.0, 1.0);
}
