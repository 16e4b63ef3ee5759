import { readFile, readdir } from 'node:fs/promises';

export interface BoardReadings {
  temperatureCelsius: number | null;
  /** Whether the firmware holds the clocks down right now; null where the board does not say. */
  throttled: boolean | null;
}

/** The kernel's thermal zones (Documentation/ABI/testing/sysfs-class-thermal); the CPU's own by the names that drivers give it. */
const thermalZones = '/sys/class/thermal';
const cpuZones = /^(cpu|x86_pkg_temp|soc|acpitz)/;
/** Raspberry Pi: drivers/firmware/raspberrypi.c; bits 0 to 3 are under-voltage, frequency capped, throttled, soft temperature limit. */
const throttledFile = '/sys/devices/platform/soc/soc:firmware/get_throttled';

export async function readBoard(): Promise<BoardReadings> {
  const [temperatureCelsius, throttled] = await Promise.all([cpuTemperature(), isThrottled()]);
  return { temperatureCelsius, throttled };
}

async function cpuTemperature(): Promise<number | null> {
  const zones = await readdir(thermalZones).catch(() => []);
  for (const zone of zones.filter((name) => name.startsWith('thermal_zone'))) {
    if (!cpuZones.test((await text(`${thermalZones}/${zone}/type`)) ?? '')) continue;
    const milli = Number.parseInt((await text(`${thermalZones}/${zone}/temp`)) ?? '', 10);
    if (Number.isFinite(milli)) return milli / 1000;
  }
  return null;
}

async function isThrottled(): Promise<boolean | null> {
  const bits = Number.parseInt((await text(throttledFile)) ?? '', 16);
  return Number.isFinite(bits) ? (bits & 0xf) !== 0 : null;
}

function text(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch(() => null);
}
