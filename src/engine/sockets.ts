import type { Socket } from '../pipeline/machine.js';

/** What the device tree says of a board and its camera sockets. */
export interface Board {
  /** "Raspberry Pi 5 Model B Rev 1.0"; null on a PC. */
  model: string | null;
  /** Labels of the device tree's `__symbols__` with their paths, e.g. i2c_csi_dsi0 → /axi/pcie@120000/rp1/i2c@88000. */
  symbols: Readonly<Record<string, string>>;
}

/** Labels of the I2C buses that go to the sockets; without a number it is the only one, or the second of two. */
export const socketSymbols = ['i2c_csi_dsi', 'i2c_csi_dsi0', 'i2c_csi_dsi1'] as const;

/** Where nothing is read of the device tree: ends of the buses' paths (raspberrypi/linux, bcm2712-rpi-5-b.dts, bcm2712-rpi-cm5.dtsi, bcm2711-rpi-cm4.dts). */
const twoSockets: readonly { model: RegExp; cam0: string; cam1: string }[] = [
  { model: /^Raspberry Pi 5\b/, cam0: '/rp1/i2c@88000', cam1: '/rp1/i2c@80000' },
  { model: /^Raspberry Pi Compute Module 5/, cam0: '/rp1/i2c@88000', cam1: '/rp1/i2c@70000' },
  { model: /^Raspberry Pi Compute Module/, cam0: '/i2c0mux/i2c@0', cam1: '/i2c0mux/i2c@1' },
];

/** Every other board has one socket, whose camera can be at either bus. */
const oneSocket = ['/i2c0mux/i2c@1', '/i2c0mux/i2c@0'];

/** The socket of a camera by libcamera's id, which is the sensor's path in the device tree; null where the board or the path is another. */
export function socketOf(id: string, { model, symbols }: Board): Socket | null {
  if (model?.startsWith('Raspberry Pi') !== true || !id.startsWith('/base/')) return null;
  const isAt = (bus: string | undefined) => bus !== undefined && `${id}/`.startsWith(`/base${bus}/`);
  const endsWith = (bus: string) => id.includes(`${bus}/`);
  const { i2c_csi_dsi: only, i2c_csi_dsi0: first, i2c_csi_dsi1: second } = symbols;
  const board = twoSockets.find((each) => each.model.test(model));
  if (board === undefined) return isAt(only) || isAt(first) || oneSocket.some(endsWith) ? 'CAM' : null;
  if (isAt(first) || (first === undefined && endsWith(board.cam0))) return 'CAM0';
  const other = second ?? only;
  return isAt(other) || (other === undefined && endsWith(board.cam1)) ? 'CAM1' : null;
}
