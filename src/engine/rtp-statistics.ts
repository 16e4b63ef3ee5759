import { field, fields } from './gst/property.js';

/** What one RTP session tells of what it sent, summed over its tracks. */
export interface SentStatistics {
  sentPackets: number;
  /** RTP payload. */
  sentBytes: number;
  /** From the receiver’s reports; absent until the first. */
  report?: { packetsLost: number; /** Seconds. */ roundTripTime: number; /** Seconds. */ jitter: number };
}

/**
 * Reads the printed `stats` of GStreamer’s RTPSession. node-gtk cannot give the array of sources in it, and webrtcbin’s own get-stats costs a turn of its
 * thread for the same numbers. A receiver’s report block (RFC 3550, section 6.4.1) has its round trip in 1/65536 s and its jitter in RTP ticks.
 */
export function sentStatistics(printed: string, clockRate = 90_000): SentStatistics {
  const sources = printed
    .replaceAll('\\', '')
    .split('application/x-rtp-source-stats')
    .slice(1)
    .map((source) => fields(source));
  const sent = sources.filter((source) => source.get('internal') === true && source.get('is-sender') === true);
  const ours = new Set(sent.map((source) => field(source, 'ssrc')));
  const reports = sources.filter(
    (source) =>
      source.get('internal') === false && source.get('have-rb') === true && ours.has(field(source, 'rb-ssrc')),
  );
  const total = (of: typeof sources, name: string) => of.reduce((sum, source) => sum + field(source, name), 0);
  const worst = (name: string) => Math.max(...reports.map((source) => field(source, name)));
  return {
    sentPackets: total(sent, 'packets-sent'),
    sentBytes: total(sent, 'octets-sent'),
    ...(reports.length > 0 && {
      report: {
        packetsLost: Math.max(0, total(reports, 'rb-packetslost')),
        roundTripTime: worst('rb-round-trip') / 65_536,
        jitter: worst('rb-jitter') / clockRate,
      },
    }),
  };
}
