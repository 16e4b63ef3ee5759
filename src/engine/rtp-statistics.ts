import { field, fields } from './gst/property.js';
import { RtpSession } from './gst/webrtc.js';
import type { Element } from './gst/gst.js';

/** What one viewer was sent, summed over its tracks. */
export interface SentStatistics {
  sentPackets: number;
  /** RTP payload. */
  sentBytes: number;
  /** From the receiver’s reports; absent until the first. */
  packetsLost?: number;
  /** Seconds. */
  roundTripTime?: number;
  /** Seconds. */
  jitter?: number;
}

type Fields = Map<string, string | number | boolean>;

/** Browsers that send no media report from this source (libwebrtc’s kDefaultRtcpReceiverReportSsrc). */
const usualReporter = 1;
/** How long after the session’s beginning its sources are the same, readings. */
const settledAfter = 3;
/** How often an unusual reporter is looked for, readings. */
const lookedForUntil = 10;

/** Reads what a viewer’s RTP session counts. */
export class RtpStatistics {
  readonly #clockRate: number;
  #session: RtpSession | null = null;
  #reporter: number | null = null;
  #readings = 0;

  constructor(clockRate = 90_000) {
    this.#clockRate = clockRate;
  }

  /** `ssrcs`: of the viewer’s payloaders. */
  read(webrtc: Element, ssrcs: readonly number[]): SentStatistics {
    this.#session ??= RtpSession.of(webrtc);
    if (this.#session === null) return { sentPackets: 0, sentBytes: 0 };
    const session = this.#session;
    const sent = ssrcs.map((ssrc) => session.source(ssrc)).filter((source) => source !== null);
    const total = (name: string) => sent.reduce((sum, source) => sum + field(source, name), 0);
    return {
      sentPackets: total('packets-sent'),
      sentBytes: total('octets-sent'),
      ...reportOf(this.#report(session, ssrcs), this.#clockRate),
    };
  }

  /** Its wrapper goes with the viewer. */
  forget(): void {
    this.#session = null;
  }

  #report(session: RtpSession, ssrcs: readonly number[]): Fields | null {
    this.#readings += 1;
    const known = session.source(this.#reporter ?? usualReporter);
    if (known !== null || this.#readings <= settledAfter || this.#readings > lookedForUntil) return known;
    this.#reporter = reporter(session.printed(), ssrcs);
    return this.#reporter === null ? null : session.source(this.#reporter);
  }
}

/** The source that reports on ours, from the printed statistics of a session. */
export function reporter(printed: string, ssrcs: readonly number[]): number | null {
  const sources = printed
    .replaceAll('\\', '')
    .split('application/x-rtp-source-stats')
    .slice(1)
    .map((source) => fields(source));
  const found = sources.find((source) => source.get('have-rb') === true && ssrcs.includes(field(source, 'rb-ssrc')));
  return found === undefined ? null : field(found, 'ssrc');
}

/**
 * A receiver’s report block (RFC 3550, section 6.4.1): its round trip is in 1/65536 s, its jitter in RTP ticks. Of the tracks of a bundle GStreamer keeps
 * the one that was reported last.
 */
function reportOf(source: Fields | null, clockRate: number): Partial<SentStatistics> {
  if (source?.get('have-rb') !== true) return {};
  return {
    packetsLost: Math.max(0, field(source, 'rb-packetslost')),
    roundTripTime: field(source, 'rb-round-trip') / 65_536,
    jitter: field(source, 'rb-jitter') / clockRate,
  };
}
