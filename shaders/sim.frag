// One scene, seen from two eyes. No branches: software GL takes both sides of one anyway. See README.md here for the uniforms.
#ifdef GL_ES
#ifdef GL_FRAGMENT_PRECISION_HIGH
precision highp float;
#else
precision mediump float;
#endif
#endif
varying vec2 v_texcoord;
uniform float time, width, height;
uniform float right, eye_x, focal, k1, motion, fps, columns;

const float EYE_HEIGHT = 1.25;
const vec3 SUN = vec3(0.56, 0.62, -0.55);
const vec3 HORIZON = vec3(1.0, 0.68, 0.47);

// The nearest ball so far: depth, coverage of the pixel, centre and radius, colour.
float near_depth, near_cover;
vec4 near_ball;
vec3 near_colour;

float smooth_wave(float phase) {
  float t = abs(fract(phase) * 2.0 - 1.0);
  return t * t * (6.0 - 4.0 * t) - 1.0;
}

// The inverse of the radial lens bent = x (1 + k1 x^2): x / bent depends on q = k1 bent^2 alone, and is smooth in the root of what is left
// to the fold at q = -4/27. The fraction is fitted to 4e-5 (0.02 pixels of 640) for q up to 0.75.
vec2 unbend(vec2 bent, out bool seen) {
  float left = 1.0 + 6.75 * k1 * dot(bent, bent);
  float p = sqrt(max(left, 0.0));
  seen = left > 0.0;
  return bent * ((1.499955 + p * (0.772407 + p * 0.024949)) / (1.0 + p * (1.091703 + p * 0.205608)));
}

void ball(vec3 eye, vec3 ray, float sharp, vec3 centre, float radius, vec3 colour) {
  vec3 to = centre - eye;
  float along = dot(to, ray);
  float inside = along * along + radius * radius - dot(to, to);
  float depth = along - sqrt(max(inside, 0.0));
  float cover = inside * (sharp / (2.0 * radius * centre.z)) + 0.5;
  bool nearer = cover > 0.0 && depth < near_depth;
  near_depth = nearer ? depth : near_depth;
  near_cover = nearer ? cover : near_cover;
  near_ball = nearer ? vec4(centre, radius) : near_ball;
  near_colour = nearer ? colour : near_colour;
}

float shadow(vec2 at, vec3 centre, float radius) {
  vec2 off = (at - centre.xz) / (radius * 1.5);
  float light = clamp(dot(off, off), 0.0, 1.0);
  return mix(1.0, light, 0.75 / (1.0 + 2.0 * max(centre.y - radius, 0.0)));
}

// A square wave of period 1 seen through a pixel that is 1 / sharp wide.
float stripes(float x, float sharp) {
  return clamp((abs(fract(x) - 0.5) - 0.25) * sharp, -0.5, 0.5);
}

float ridge(float x) {
  return abs(fract(x) - 0.5);
}

vec3 sky(float x, float up) {
  vec3 colour = mix(HORIZON, vec3(0.13, 0.2, 0.42), clamp(up * 2.1, 0.0, 1.0));
  vec2 sun = vec2(x - 0.26, up - 0.16);
  float far = dot(sun, sun);
  return colour + vec3(0.9, 0.55, 0.25) * (0.012 / (0.02 + far)) + clamp((0.0022 - far) * 4000.0, 0.0, 1.0) * 0.5;
}

// Bit of a number below 32768.
float bit(float number, float index) {
  float power = floor(exp2(index) + 0.5);
  return mod(floor((number + 0.5) / power), 2.0);
}

// Digits in 3x5 dots, the first one is the highest bit.
float digit_dots(float d) {
  float dots = d > 0.5 ? 11415.0 : 31599.0;
  dots = d > 1.5 ? 29671.0 : dots;
  dots = d > 2.5 ? 29647.0 : dots;
  dots = d > 3.5 ? 23497.0 : dots;
  dots = d > 4.5 ? 31183.0 : dots;
  dots = d > 5.5 ? 31215.0 : dots;
  dots = d > 6.5 ? 29257.0 : dots;
  dots = d > 7.5 ? 31727.0 : dots;
  return d > 8.5 ? 31695.0 : dots;
}

// The eye label, the block code and the frame number, over the scene. Every mark is one bit of a number.
vec3 marks(vec3 colour, float frame) {
  vec2 at = vec2(v_texcoord.x, v_texcoord.y * height / width) * columns;
  float from_bottom = (1.0 - v_texcoord.y) * height / width * columns;

  bool bar = from_bottom < 2.0;
  float cell = floor(at.x - 1.0);
  bool code = bar && abs(from_bottom - 1.0) < 0.5 && cell >= 0.0 && cell < 24.0;
  float counter = mod(frame, 65536.0);
  float sum = counter + right * 65536.0;
  float check = 31.0 - (sum - 31.0 * floor((sum + 0.5) / 31.0));
  float word = counter * 32.0 + check + right * 2097152.0;
  float upper = floor(word / 2048.0);
  float lower = word - upper * 2048.0;

  vec2 dot_at = vec2(at.x - 33.0, 1.625 - from_bottom) * 4.0;
  float column = floor(dot_at.x / 4.0);
  float tens = floor(pow(10.0, 5.0 - column) + 0.5);
  float above = floor((frame + 0.5) / tens);
  vec2 in_digit = floor(vec2(dot_at.x - column * 4.0, dot_at.y));
  bool digit = bar && column >= 0.0 && column < 6.0 && in_digit.x < 3.0 && in_digit.y >= 0.0 && in_digit.y < 5.0;

  vec2 in_tag = at - 1.0;
  vec2 in_letter = floor((in_tag - vec2(1.1, 0.5)) / 0.6);
  bool tag = in_tag.x >= 0.0 && in_tag.y >= 0.0 && in_tag.x < 4.0 && in_tag.y < 4.0;
  bool letter = tag && in_letter.x >= 0.0 && in_letter.x < 3.0 && in_letter.y >= 0.0 && in_letter.y < 5.0;

  vec2 dots_at = letter ? in_letter : in_digit;
  float number = letter ? mix(18727.0, 27565.0, right) : digit_dots(above - 10.0 * floor((above + 0.5) / 10.0));
  float index = 14.0 - dots_at.x - 3.0 * dots_at.y;
  number = code ? (cell < 13.0 ? upper : lower) : number;
  index = code ? (cell < 13.0 ? 12.0 : 23.0) - cell : index;
  float set = bit(number, index);
  set = code && cell < 2.0 ? 1.0 - cell : set;

  colour = bar ? vec3(0.0) : colour;
  colour = tag ? mix(vec3(0.86, 0.16, 0.14), vec3(0.05, 0.62, 0.7), right) : colour;
  return (code || digit || letter) && set > 0.5 ? vec3(1.0) : colour;
}

void main() {
  bool seen;
  vec2 tangents = unbend((v_texcoord - 0.5) * vec2(1.0, height / width) / focal, seen);
  float frame = floor(time * fps + 0.5);
  float t = frame / fps * motion;
  float sharp = focal * width;

  vec3 eye = vec3(eye_x, EYE_HEIGHT, 0.0);
  vec3 straight = vec3(tangents.x, -tangents.y, 1.0);
  vec3 ray = straight * inversesqrt(dot(straight, straight));

  float bounce = fract(t * 0.55);
  vec3 red = vec3(-0.62, 0.42, 2.9);
  vec3 teal = vec3(0.52, 0.26 + 2.6 * bounce * (1.0 - bounce), 2.1);
  vec3 gold = vec3(1.3 * smooth_wave(t * 0.13), 0.3, 4.3 + 0.9 * smooth_wave(t * 0.13 + 0.25));
  vec3 ivory = vec3(1.75, 0.8, 5.6);
  vec3 balloon = vec3(-1.75 + 0.3 * smooth_wave(t * 0.05), 2.5, 6.4);

  // The ground, and beyond it the haze.
  float down = max(-straight.y, 0.001);
  vec2 ground = eye.xz + straight.xz * (EYE_HEIGHT / down);
  float fine = sharp * down * 2.0 / EYE_HEIGHT;
  float tiles = stripes(ground.x * 0.5, fine) * stripes(ground.y * 0.5, fine * down);
  float light = shadow(ground, red, 0.42) * shadow(ground, teal, 0.26) * shadow(ground, gold, 0.3);
  light *= shadow(ground, ivory, 0.8);
  float haze = 0.004 / (0.004 + down * down);
  vec3 floor_colour = mix(vec3(0.36, 0.35, 0.42), vec3(0.78, 0.73, 0.7), tiles * 2.0 + 0.5) * light;

  float up = straight.y;
  vec3 colour = sky(straight.x, up);
  float far_hills = 0.035 + 0.12 * ridge(straight.x * 1.1 + 0.15) + 0.03 * ridge(straight.x * 5.3);
  float hills = 0.015 + 0.1 * ridge(straight.x * 1.7 + 0.6) + 0.02 * ridge(straight.x * 7.9 + 0.3);
  colour = mix(colour, vec3(0.72, 0.5, 0.52), clamp((far_hills - up) * sharp + 0.5, 0.0, 1.0));
  colour = mix(colour, vec3(0.47, 0.37, 0.48), clamp((hills - up) * sharp + 0.5, 0.0, 1.0));
  colour = mix(colour, mix(floor_colour, HORIZON * 0.86, haze), clamp(0.5 - up * sharp, 0.0, 1.0));

  near_depth = 1e6;
  near_cover = 0.0;
  near_ball = vec4(0.0, 0.0, 0.0, 1.0);
  near_colour = vec3(0.0);
  ball(eye, ray, sharp, red, 0.42, vec3(0.9, 0.25, 0.17));
  ball(eye, ray, sharp, teal, 0.26, vec3(0.08, 0.6, 0.6));
  ball(eye, ray, sharp, gold, 0.3, vec3(0.98, 0.7, 0.15));
  ball(eye, ray, sharp, ivory, 0.8, vec3(0.88, 0.84, 0.78));
  ball(eye, ray, sharp, balloon, 0.55, vec3(0.55, 0.35, 0.75));

  vec3 normal = (eye + ray * near_depth - near_ball.xyz) / near_ball.w;
  float to_sun = dot(normal, SUN);
  float to_eye = -dot(normal, ray);
  float shine = clamp(dot(ray, SUN) + 2.0 * to_eye * to_sun, 0.0, 1.0);
  shine *= shine;
  shine *= shine;
  shine *= shine;
  shine *= shine;
  float rim = 1.0 - to_eye;
  vec3 light_on = vec3(0.3, 0.305, 0.385) + vec3(0.0, 0.055, 0.115) * normal.y;
  light_on += vec3(0.95, 0.85, 0.72) * clamp(to_sun * 0.75 + 0.35, 0.0, 1.0);
  vec3 shaded = near_colour * light_on + vec3(0.9, 0.8, 0.65) * shine + vec3(0.24, 0.17, 0.13) * (rim * rim);
  colour = mix(colour, shaded, min(near_cover, 1.0));

  colour = seen ? colour : vec3(0.02);
  gl_FragColor = vec4(marks(colour, frame), 1.0);
}
