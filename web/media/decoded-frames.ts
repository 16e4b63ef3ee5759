/** W3C mediacapture-transform as Chromium has it, on the page's thread; undefined elsewhere. TypeScript does not know it yet. */
declare const MediaStreamTrackProcessor:
  | (new (init: { track: MediaStreamTrack; maxBufferSize?: number }) => {
      readonly readable: ReadableStream<VideoFrame>;
    })
  | undefined;

/** W3C VideoFrame Metadata Registry: a received frame has the timestamp of its RTP packets. */
type ReceivedFrame = VideoFrame & { metadata?(): { rtpTimestamp?: number } };

/**
 * Every frame of a track as it leaves the decoder, before a video element has it. Whoever handles a frame closes it. Of a page that is late the last
 * `waiting` frames wait: one suffices for a track by itself; of two tracks the same ones must be there.
 */
export class DecodedFrames {
  readonly #reader: ReadableStreamDefaultReader<VideoFrame>;
  readonly #handle: (frame: VideoFrame, rtpTimestamp: number) => void;
  #closed = false;

  constructor(track: MediaStreamTrack, waiting: number, handle: (frame: VideoFrame, rtpTimestamp: number) => void) {
    this.#handle = handle;
    this.#reader = new MediaStreamTrackProcessor!({ track, maxBufferSize: waiting }).readable.getReader();
    void this.#read();
  }

  /** Chromium's desktop and Android browsers, the Quest's included; without `metadata()` nothing says which instant a frame is of. */
  static possible(): boolean {
    return (
      typeof MediaStreamTrackProcessor === 'function' &&
      typeof VideoFrame === 'function' &&
      typeof (VideoFrame.prototype as ReceivedFrame).metadata === 'function'
    );
  }

  /** The frame that is waited for is closed when it comes: what is cancelled before that is not, and a decoder has few pictures. */
  close(): void {
    this.#closed = true;
  }

  async #read(): Promise<void> {
    for (;;) {
      const { value: frame } = await this.#reader.read();
      if (!frame) return;
      if (this.#closed) {
        frame.close();
        return void this.#reader.cancel();
      }
      const { rtpTimestamp } = (frame as ReceivedFrame).metadata!();
      if (rtpTimestamp === undefined) frame.close();
      else this.#handle(frame, rtpTimestamp);
    }
  }
}
