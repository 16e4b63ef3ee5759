import { niceness, realtimePriority, withPriority } from '../../engine/priority.js';
import type { Priority } from '../../protocol/configuration.js';
import { ok, warning, type Check, type Finding } from './check.js';

/** Line of limits.conf(5), and directive of systemd.exec(5), that allow it. */
const limits = {
  high: { line: `nice ${niceness}`, directive: `LimitNICE=${niceness}` },
  realtime: { line: `rtprio ${realtimePriority}`, directive: `LimitRTPRIO=${realtimePriority}` },
} as const;

/** @param allowed whether this user may have it */
export function judgePriority(wanted: Priority, allowed: boolean): Finding {
  if (wanted === 'normal') return ok('normal: the same share as other programs');
  if (allowed) return ok(wanted);
  const { line, directive } = limits[wanted];
  return warning(
    `${wanted} is not allowed to this user`,
    `echo "$USER - ${line}" | sudo tee /etc/security/limits.d/binocle.conf, then log in again; ${directive} in a unit of systemd; or set server.priority to normal`,
  );
}

export const priorityCheck: Check = {
  id: 'priority',
  what: 'Priority of the engine',
  examine: ({ selected }) => {
    const { priority } = selected.configuration.server;
    return judgePriority(priority, withPriority(priority));
  },
};
