// The lens in front of rectify.frag or planes.frag: OpenCV's fisheye model. See README.md here for the uniforms.
#ifdef GL_ES
#ifdef GL_FRAGMENT_PRECISION_HIGH
precision highp float;
#else
precision mediump float;
#endif
#endif
uniform float k1, k2, k3, k4;

vec2 lens(vec2 ray) {
  float r = max(length(ray), 1e-6);
  float theta = atan(r);
  float t2 = theta * theta;
  return ray * (theta * (1.0 + t2 * (k1 + t2 * (k2 + t2 * (k3 + t2 * k4)))) / r);
}
