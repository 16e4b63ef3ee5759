import { coefficientCounts } from '../calibration/lens.js';
import { rectification } from '../calibration/rectification.js';
import type { Configuration, Profile } from '../protocol/configuration.js';
import { BinocleError } from '../protocol/errors.js';
import type { Eye } from '../protocol/ws.js';
import type { Fault } from './validate.js';

const eyes: readonly Eye[] = ['left', 'right'];

type Rule<T> = (part: T) => Iterable<Fault>;

/** What keys say about each other, which a schema cannot; each with the sections that have to be well formed before it can be asked. */
const profileRules: readonly [sections: string[], rule: Rule<Profile>][] = [
  [['cameras'], sourceHasItsInput],
  [['encode'], quantizers],
  [['rate'], playoutDelay],
  [['calibration', 'view', 'capture', 'layout'], pictureCanBeRectified],
];
const serverRules: readonly [sections: string[], rule: Rule<Configuration['server']>][] = [
  [['tls'], certificateIsNamed],
  [['ice'], icePorts],
  [['origins'], originsAreOrigins],
];

/** Faults between keys, in those sections of `configuration` in which the schema found none (`faulty`). */
export function ruleFaults(configuration: Configuration, faulty: readonly Fault[]): Fault[] {
  const sound = (section: readonly string[]) =>
    !faulty.some(({ path }) => {
      const common = Math.min(path.length, section.length);
      return section.slice(0, common).every((segment, index) => path[index] === segment);
    });
  const judge = <T>(rules: readonly [string[], Rule<T>][], prefix: readonly string[], part: T) =>
    rules.flatMap(([sections, rule]) => {
      if (!sections.every((section) => sound([...prefix, section]))) return [];
      return [...rule(part)].map(({ path, message }) => ({ path: [...prefix, ...path], message }));
    });
  return [
    ...Object.entries(configuration.profiles ?? {}).flatMap(([name, profile]) =>
      judge(profileRules, ['profiles', name], profile),
    ),
    ...judge(serverRules, ['server'], configuration.server),
  ];
}

function* sourceHasItsInput({ cameras }: Profile): Iterable<Fault> {
  for (const eye of eyes) {
    const { source, path, launch } = cameras[eye];
    if (source === 'files' && path === undefined) {
      yield fault(`cameras.${eye}.source`, 'is files, which needs path: a folder of pictures, a glob, or a video');
    }
    if (source === 'custom' && launch === undefined) {
      yield fault(
        `cameras.${eye}.source`,
        'is custom, which needs launch: a GStreamer fragment that produces video/x-raw',
      );
    }
  }
}

function* quantizers({ encode: { codec, qp_min, qp_max } }: Profile): Iterable<Fault> {
  if (qp_min !== undefined && qp_max !== undefined && qp_min > qp_max) {
    yield fault('encode.qp_min', `must not be above qp_max (got ${qp_min} above ${qp_max})`);
  }
  if (codec !== 'h264') return;
  for (const [key, value] of Object.entries({ qp_min, qp_max })) {
    if (value !== undefined && value > 51) yield fault(`encode.${key}`, `must be at most 51 with h264 (got ${value})`);
  }
}

function* playoutDelay({ rate: { playout_delay: delay } }: Profile): Iterable<Fault> {
  if (delay !== 'off' && delay.min_ms > delay.max_ms) {
    const message = `must not be above max_ms (got ${delay.min_ms} above ${delay.max_ms})`;
    yield fault('rate.playout_delay.min_ms', message);
  }
}

/** First all that is missing, at once; then the rectification itself is asked, so that nothing passes here that it refuses later. */
function pictureCanBeRectified(profile: Profile): Fault[] {
  const faults = [...calibrationIsWhole(profile)];
  return faults.length > 0 ? faults : refusedByRectification(profile);
}

function* calibrationIsWhole(profile: Profile): Iterable<Fault> {
  const { model, size } = profile.calibration;
  if (model === 'none') return;
  const missing = (key: string, what: string) =>
    fault(`calibration.${key}`, `is missing: ${what}, which model ${model} needs`);
  if (size === undefined) yield missing('size', 'width and height of the pictures that were calibrated');
  const counts: readonly number[] = coefficientCounts[model];
  for (const eye of eyes) {
    const calibrated = profile.calibration[eye];
    if (calibrated === undefined) yield missing(eye, `K and D of the ${eye} camera`);
    else if (!counts.includes(calibrated.D.length)) {
      const words = counts.join(', ').replace(/, (\d+)$/, ' or $1');
      const message = `must have ${words} coefficients with model ${model} (got ${calibrated.D.length})`;
      yield fault(`calibration.${eye}.D`, message);
    }
  }
}

function refusedByRectification(profile: Profile): Fault[] {
  const faults = new Map<string, Fault>();
  for (const eye of eyes) {
    try {
      rectification(profile, eye);
    } catch (error) {
      if (!(error instanceof BinocleError) || error.path === undefined) throw error;
      const path = error.path.replace(/^profile\./, '');
      faults.set(path, fault(path, error.message.replace(`${path} `, '').replace(/\.$/, '')));
    }
  }
  return [...faults.values()];
}

function* certificateIsNamed({ tls }: Configuration['server']): Iterable<Fault> {
  if (tls.mode !== 'files') return;
  for (const [key, what] of [
    ['cert', 'certificate chain'],
    ['key', 'private key'],
  ] as const) {
    if (tls[key] === undefined) yield fault(`tls.${key}`, `is missing: the ${what} (PEM), which tls mode files needs`);
  }
}

function* icePorts({ ice: { port_min, port_max, stun, turn } }: Configuration['server']): Iterable<Fault> {
  if (port_min > port_max) {
    const both =
      port_max === 0 ? 'needs port_max as well' : `must not be above port_max (got ${port_min} above ${port_max})`;
    yield fault('ice.port_min', both);
  }
  if (port_max > 0 && port_min === 0) yield fault('ice.port_max', 'needs port_min as well');
  if (stun !== null && !/^stuns?:\/\/[^/\s]+$/.test(stun)) {
    yield fault('ice.stun', `must read stun://HOST:PORT (got "${stun}")`);
  }
  for (const [index, server] of turn.entries()) {
    if (!/^turns?:\/\/[^/\s]+$/.test(server)) {
      yield fault(
        `ice.turn.${index}`,
        `must read turn://USER:PASSWORD@HOST:PORT (got ${JSON.stringify(hidden(server))})`,
      );
    }
  }
}

function* originsAreOrigins({ origins }: Configuration['server']): Iterable<Fault> {
  for (const [index, origin] of origins.entries()) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
      yield fault(`origins.${index}`, `must read https://HOST or https://HOST:PORT (got ${JSON.stringify(origin)})`);
    }
  }
}

/** Without the password: errors end up in logs. */
function hidden(address: string): string {
  return address.replace(/:[^:@/]*@/, ':…@');
}

function fault(path: string, message: string): Fault {
  return { path: path.split('.'), message };
}
