import { forbiddenDevices, saysForbidden, type Forbidden } from '../../engine/device-access.js';
import { ok, warning, type Check, type Finding } from './check.js';

/** Where no group but root's may, udev has no rule for it (Debian without Raspberry Pi OS's packages). */
const heapRule =
  `echo 'SUBSYSTEM=="dma_heap", GROUP="video", MODE="0660"' | sudo tee /etc/udev/rules.d/60-dma-heap.rules` +
  ' && sudo udevadm control --reload && sudo udevadm trigger --subsystem-match=dma_heap';

export function judgeDevices(forbidden: readonly Forbidden[]): Finding {
  if (forbidden.length === 0) return ok('this user may open them');
  const groups = [...new Set(forbidden.map(({ group }) => group))].filter((group) => group !== 'root');
  const join = groups.length === 0 ? [] : [`sudo usermod -aG ${groups.join(',')} "$USER", then log in again`];
  const rule = forbidden.some(({ path, group }) => group === 'root' && path.startsWith('/dev/dma_heap/'));
  const mends = [...join, ...(rule ? [heapRule] : [])];
  return warning(saysForbidden(forbidden), mends.length === 0 ? 'run it as root' : mends.join('; '));
}

export const devicesCheck: Check = {
  id: 'devices',
  what: 'Devices',
  examine: async () => judgeDevices(await forbiddenDevices()),
};
