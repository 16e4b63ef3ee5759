/** Which eye a name speaks of: of a file (the name itself before its folders), a camera, a topic. */
export function eyeInName(name: string): 'left' | 'right' | undefined {
  const own = name.split(/[\\/]/).at(-1)!;
  return eyeIn(own) ?? eyeIn(name);
}

/** `left` and `Left` as words of their own: not in "cleft", but in "camera_left", "cameraLeft" and "left01". */
const words = {
  left: /(?<![a-zA-Z])left(?![a-z])|Left(?![a-z])|LEFT/,
  right: /(?<![a-zA-Z])right(?![a-z])|Right(?![a-z])|RIGHT/,
};

function eyeIn(text: string): 'left' | 'right' | undefined {
  const [left, right] = [words.left.test(text), words.right.test(text)];
  if (left === right) return undefined;
  return left ? 'left' : 'right';
}
