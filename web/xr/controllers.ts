/** One hand's controller: the stick from -1 to 1, right and down positive, and what is pressed. */
export interface Controller {
  x: number;
  y: number;
  pressed: Record<Button, boolean>;
}

export type Hand = 'left' | 'right';

/** By their places in the `xr-standard` mapping (WebXR Gamepads Module); `lower` is A or X, `upper` is B or Y. */
const buttons = { squeeze: 1, stick: 3, lower: 4, upper: 5 } as const;
const axes = { x: 2, y: 3 } as const;
export type Button = keyof typeof buttons;

/** What is in the hands; a hand without a stick is left out. */
export function controllersOf(
  sources: Iterable<Pick<XRInputSource, 'handedness' | 'gamepad'>>,
): Partial<Record<Hand, Controller>> {
  const held: Partial<Record<Hand, Controller>> = {};
  for (const { handedness, gamepad } of sources) {
    if (handedness === 'none' || gamepad?.mapping !== 'xr-standard' || gamepad.axes.length <= axes.y) continue;
    const pressed = Object.fromEntries(
      Object.entries(buttons).map(([name, place]) => [name, gamepad.buttons[place]?.pressed ?? false]),
    ) as Controller['pressed'];
    held[handedness] = { x: gamepad.axes[axes.x]!, y: gamepad.axes[axes.y]!, pressed };
  }
  return held;
}

/** Sticks do not rest quite in the middle. */
const deadZone = 0.18;

/** How far along the axis that is meant: nothing within the dead zone, the other axis let alone, fine near the middle (square), -1..1. */
export function deflection({ x, y }: Pick<Controller, 'x' | 'y'>): { x: number; y: number } {
  return Math.abs(x) >= Math.abs(y) ? { x: along(x), y: 0 } : { x: 0, y: along(y) };
}

function along(value: number): number {
  return Math.sign(value) * (Math.max(0, Math.abs(value) - deadZone) / (1 - deadZone)) ** 2;
}
