import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ok, warning, failure, type Check, type Finding } from './check.js';

/** First line of a file of /sys or /proc; null where it does not exist. */
function readLine(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').split('\n', 1)[0] ?? null;
  } catch {
    return null;
  }
}

function entries(folder: string, pattern: RegExp): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => pattern.test(name))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/** With these drivers `powersave` only means that the processor itself chooses its clock (kernel: admin-guide/pm/intel_pstate). */
const autonomousDrivers = new Set(['intel_pstate', 'amd-pstate-epp']);
const promptGovernors = new Set(['performance', 'schedutil']);

/** @param cores governor and driver of every core that has them */
export function judgeGovernors(cores: { governor: string; driver: string }[]): Finding {
  if (cores.length === 0) return ok('the system does not let the clock be governed');
  const slow = cores.filter(
    ({ governor, driver }) =>
      !promptGovernors.has(governor) && !(governor === 'powersave' && autonomousDrivers.has(driver)),
  );
  const names = [...new Set(cores.map(({ governor }) => governor))].join(', ');
  if (slow.length === 0) return ok(names);
  return warning(
    `${names}: the clock rises only after work has piled up, which delays frames`,
    'echo performance | sudo tee /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor',
  );
}

/** Bits of the Raspberry Pi's `get_throttled` (raspberrypi.com documentation, vcgencmd). */
const throttleBits = [
  { bit: 0, text: 'the supply voltage is too low' },
  { bit: 1, text: 'the clock is capped' },
  { bit: 2, text: 'throttled' },
  { bit: 3, text: 'the soft temperature limit is reached' },
  { bit: 16, text: 'the supply voltage was too low' },
  { bit: 17, text: 'the clock was capped' },
  { bit: 18, text: 'was throttled' },
  { bit: 19, text: 'the soft temperature limit was reached' },
];
const sinceBoot = 16;

/** @param flags value of `vcgencmd get_throttled`; null where there is none */
export function judgeThrottling(flags: number | null): Finding {
  if (flags === null) return ok('not a Raspberry Pi');
  const set = throttleBits.filter(({ bit }) => (flags >> bit) & 1);
  if (set.length === 0) return ok('never since it was switched on');
  const detail = set.map(({ text }) => text).join(', ');
  const mend = set.some(({ bit }) => bit % sinceBoot === 0)
    ? 'use the official power supply and a short cable'
    : 'cool it: a fan, or less load';
  return set.some(({ bit }) => bit < sinceBoot)
    ? failure(detail, mend)
    : warning(`${detail} since it was switched on`, mend);
}

const warmCelsius = 75;
const hotCelsius = 85;

/** @param celsius hottest sensor; null where there is none */
export function judgeTemperature(celsius: number | null): Finding {
  if (celsius === null) return ok('no sensor');
  const detail = `${celsius.toFixed(0)} °C`;
  const mend = 'cool it: a fan, a heat sink, or less load';
  if (celsius >= hotCelsius) return failure(detail, mend);
  return celsius >= warmCelsius ? warning(detail, mend) : ok(detail);
}

/** Clock sources whose reading costs a system call or worse; every frame's time is read from it. */
const slowClockSources = new Set(['jiffies', 'hpet', 'acpi_pm']);
/** A clock that was never set shows a time before this; certificates would be invalid. */
const plausibleTime = Date.UTC(2026, 0, 1);

export function judgeClock(source: string | null, now: number): Finding {
  if (now < plausibleTime)
    return failure(
      `it is ${new Date(now).toISOString().slice(0, 10)} here: certificates do not hold`,
      'sudo timedatectl set-ntp true',
    );
  if (source !== null && slowClockSources.has(source))
    return warning(`${source} is slow to read`, 'boot with clocksource=tsc where the processor has a stable one');
  return ok([source, new Date(now).toISOString().slice(0, 16).replace('T', ' '), 'UTC'].filter(Boolean).join(', '));
}

async function throttledFlags(): Promise<number | null> {
  const line = readLine('/sys/devices/platform/soc/soc:firmware/get_throttled');
  if (line !== null) return Number.parseInt(line, 16);
  const asked = await promisify(execFile)('vcgencmd', ['get_throttled'], { timeout: 1000 }).catch(() => null);
  const flags = /throttled=0x([0-9a-f]+)/i.exec(asked?.stdout ?? '')?.[1];
  return flags === undefined ? null : Number.parseInt(flags, 16);
}

export const processorChecks: Check[] = [
  {
    id: 'governor',
    what: 'Clock governor',
    examine: () =>
      judgeGovernors(
        entries('/sys/devices/system/cpu', /^cpu\d+$/).flatMap((cpu) => {
          const governor = readLine(join(cpu, 'cpufreq', 'scaling_governor'));
          return governor === null
            ? []
            : [{ governor, driver: readLine(join(cpu, 'cpufreq', 'scaling_driver')) ?? '' }];
        }),
      ),
  },
  { id: 'throttling', what: 'Throttling', examine: async () => judgeThrottling(await throttledFlags()) },
  {
    id: 'temperature',
    what: 'Temperature',
    examine: () => {
      const readings = entries('/sys/class/thermal', /^thermal_zone/)
        .map((zone) => Number(readLine(join(zone, 'temp')) ?? Number.NaN) / 1000)
        .filter((celsius) => Number.isFinite(celsius));
      return judgeTemperature(readings.length === 0 ? null : Math.max(...readings));
    },
  },
  {
    id: 'clock',
    what: 'Clock',
    examine: () => judgeClock(readLine('/sys/devices/system/clocksource/clocksource0/current_clocksource'), Date.now()),
  },
];
