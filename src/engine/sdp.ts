import { BinocleError } from '../protocol/errors.js';

/** An ICE candidate as it is trickled: `candidate:…` without the `a=`. */
export interface Candidate {
  sdpMLineIndex: number;
  candidate: string;
}

/** `mid` of each media section, in order. */
export function mediaIds(sdp: string): string[] {
  return sections(sdp).media.map((lines) => attribute(lines, 'mid') ?? '');
}

/** Candidates of all media sections, each once: bundled sections repeat those of the first. */
export function candidates(sdp: string): Candidate[] {
  const seen = new Set<string>();
  return sections(sdp).media.flatMap((lines, sdpMLineIndex) =>
    lines
      .filter((line) => line.startsWith('a=candidate:'))
      .map((line) => line.slice(2))
      .filter((candidate) => !seen.has(candidate) && seen.add(candidate))
      .map((candidate) => ({ sdpMLineIndex, candidate })),
  );
}

/** URIs of the header extensions of each media section; those of the session are all sections' (RFC 8285, section 5). */
function extensions(sdp: string): Set<string>[] {
  const { session, media } = sections(sdp);
  return media.map(
    (lines) => new Set([...session, ...lines].flatMap((line) => /^a=extmap:\d+(?:\/\w+)? (\S+)/.exec(line)?.[1] ?? [])),
  );
}

/** An answer split into what webrtcbin is given and the candidates, which travel the same road as trickled ones. */
export interface Answer {
  sdp: string;
  candidates: Candidate[];
  /** URIs of the RTP header extensions that each media section accepts. */
  extensions: ReadonlySet<string>[];
}

/**
 * Checks an answer to an offer of these media sections: webrtcbin takes much that cannot work and complains late. Throws `bad-message`.
 */
export function readAnswer(sdp: string, mids: readonly string[]): Answer {
  if (!sdp.startsWith('v=0')) throw refused('this is no SDP: it does not begin with v=0');
  const { session, media } = sections(sdp);
  if (media.length !== mids.length) {
    throw refused(`it has ${media.length} media sections, the offer had ${mids.length}`);
  }
  for (const [index, lines] of media.entries()) {
    const of = (name: string) => attribute(lines, name) ?? attribute(session, name);
    if (/^m=\w+ 0 /.test(lines[0]!))
      throw refused(`it refuses media section ${index}: the viewer has no decoder for it`);
    for (const name of ['ice-ufrag', 'ice-pwd', 'fingerprint', 'setup', 'mid']) {
      if (of(name) === undefined) throw refused(`media section ${index} has no a=${name}`);
    }
    if (of('mid') !== mids[index])
      throw refused(`media section ${index} is not "${mids[index]}", which was offered there`);
    if (!/^[\w-]+ [\da-f]{2}(:[\da-f]{2})+$/i.test(of('fingerprint')!))
      throw refused('its fingerprint is none (RFC 8122)');
  }
  const kept = sdp.split(/\r?\n/).filter((line) => !/^a=(candidate:|end-of-candidates)/.test(line));
  return { sdp: kept.join('\r\n'), candidates: candidates(sdp), extensions: extensions(sdp) };
}

/** A candidate in its parts (RFC 8839, section 5.1), or null for the empty one that ends the list. Throws `bad-message`. */
export function readCandidate(text: string): { address: string; withAddress(address: string): string } | null {
  const trimmed = text.trim().replace(/^a=/, '');
  if (trimmed === '' || trimmed === 'candidate:') return null;
  const match =
    /^(candidate:[\w+/]{1,32} \d{1,3} (?:udp|tcp) \d{1,10}) ([\w.:%-]{1,255}) (\d{1,5} typ (?:host|srflx|prflx|relay)\b.*)$/i.exec(
      trimmed,
    );
  if (match === null || /[\r\n]/.test(trimmed)) {
    throw new BinocleError('bad-message', 'this is no ICE candidate', { path: 'candidate' });
  }
  const [, head, address, tail] = match;
  return { address: address!, withAddress: (other) => `${head} ${other} ${tail}` };
}

function refused(why: string): BinocleError {
  return new BinocleError('bad-message', `the answer is of no use: ${why}`, { path: 'sdp' });
}

function sections(sdp: string): { session: string[]; media: string[][] } {
  const session: string[] = [];
  const media: string[][] = [];
  for (const line of sdp.split(/\r?\n/)) {
    if (line.startsWith('m=')) media.push([line]);
    else (media.at(-1) ?? session).push(line);
  }
  return { session, media };
}

function attribute(lines: string[], name: string): string | undefined {
  return lines.find((line) => line.startsWith(`a=${name}:`))?.slice(name.length + 3);
}
