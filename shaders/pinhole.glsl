// The lens in front of rectify.frag or planes.frag: OpenCV's pinhole model. See README.md here for the uniforms.
#ifdef GL_ES
#ifdef GL_FRAGMENT_PRECISION_HIGH
precision highp float;
#else
precision mediump float;
#endif
#endif
uniform float k1, k2, p1, p2, k3, k4, k5, k6;

vec2 lens(vec2 ray) {
  float r2 = dot(ray, ray);
  float above = 1.0 + r2 * (k1 + r2 * (k2 + r2 * k3));
  float below = 1.0 + r2 * (k4 + r2 * (k5 + r2 * k6));
  float radial = above / (abs(below) < 1e-6 ? 1e-6 : below) + 2.0 * (p1 * ray.y + p2 * ray.x);
  return ray * radial + vec2(p2, p1) * r2;
}
