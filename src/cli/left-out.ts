import type { LeftOut } from '../pipeline/machine.js';

/** Video devices that are no cameras for people: a line a reason, since a Raspberry Pi 5 has twenty of them. */
export function leftOutLines(leftOut: readonly LeftOut[]): string[] {
  const groups = new Map<string, LeftOut[]>();
  for (const device of leftOut) {
    const key = `${device.driver ?? device.name}\n${device.because}`;
    groups.set(key, [...(groups.get(key) ?? []), device]);
  }
  return [...groups.values()].map((devices) => {
    const [{ driver = null, name, because }] = devices as [LeftOut];
    const ids = devices.map(({ id }) => id);
    // Of a driver with many nodes each has a name of its own.
    const own = name === ids[0] ? '' : name;
    const what = devices.length === 1 && own !== '' ? own : (driver ?? own);
    return `${nodesInWords(ids)}${what === '' ? '' : ` (${what})`}: ${because}`;
  });
}

/** `/dev/video13 to 16, 20`; other names as they are. */
function nodesInWords(ids: readonly string[]): string {
  const numbers = ids.map((id) => Number(/^\/dev\/video(\d+)$/.exec(id)?.[1] ?? Number.NaN));
  if (numbers.some(Number.isNaN)) return ids.join(', ');
  const runs: [first: number, last: number][] = [];
  for (const number of numbers) {
    const run = runs.at(-1);
    if (run?.[1] === number - 1) run[1] = number;
    else runs.push([number, number]);
  }
  const words = runs.flatMap(([first, last]) =>
    last - first > 1 ? [`${first} to ${last}`] : last === first ? [`${first}`] : [`${first}`, `${last}`],
  );
  return `/dev/video${words.join(', ')}`;
}
