/** The video codecs that an offer names, upper case and in its order: H264, VP8. Retransmission and the like are not codecs (RFC 4588, RFC 8627). */
export function offeredCodecs(sdp: string): string[] {
  const names = [...sdp.matchAll(/^a=rtpmap:\d+ ([A-Za-z0-9-]+)\/90000/gm)].map(([, name]) => name!.toUpperCase());
  return [...new Set(names)].filter((name) => !['RTX', 'RED', 'ULPFEC', 'FLEXFEC-03'].includes(name));
}

/** The offered codecs, if this browser (`mimeTypes` of its RTCRtpReceiver.getCapabilities) decodes none of them; else null. */
export function undecodable(sdp: string, mimeTypes: readonly string[]): string[] | null {
  const offered = offeredCodecs(sdp);
  const known = new Set(mimeTypes.map((type) => type.toUpperCase()));
  return offered.length > 0 && !offered.some((name) => known.has(`VIDEO/${name}`)) ? offered : null;
}
