import { Emitter } from '../events.js';

interface VideoEvents {
  /** A new frame is shown, within the page's painting step: what is drawn now appears with it. */
  frame: [VideoFrameCallbackMetadata];
  /** The first frame of a track was decoded, also in a page that nobody sees. */
  loaded: [];
  /** The browser wants a tap before it plays. */
  forbidden: [];
}

/** A video element that plays whatever track it is given, in the document or out of it, and tells of every frame. */
export class Video extends Emitter<VideoEvents> {
  readonly element: HTMLVideoElement;
  #track: MediaStreamTrack | null = null;
  #lastFrameAt = 0;
  #lastTime = -1;

  constructor() {
    super();
    this.element = document.createElement('video');
    Object.assign(this.element, { autoplay: true, muted: true, playsInline: true, disablePictureInPicture: true });
    // Taking an element out of the document pauses it (HTML, media elements); a media key does too.
    this.element.addEventListener('pause', () => this.play());
    this.element.addEventListener('loadeddata', () => this.emit('loaded'));
    this.#next();
  }

  /** What it plays. */
  get track(): MediaStreamTrack | null {
    return this.#track;
  }

  show(track: MediaStreamTrack): void {
    // Given again it would begin anew, with nothing to see meanwhile.
    if (track === this.#track) return;
    this.#track = track;
    this.element.srcObject = new MediaStream([track]);
    this.play();
  }

  clear(): void {
    this.#track = null;
    this.element.srcObject = null;
  }

  play(): void {
    if (!this.element.srcObject) return;
    this.element.play().catch((error: Error) => {
      if (error.name === 'NotAllowedError') this.emit('forbidden');
    });
  }

  /** Whether frames come although the browser does not say so: some stop the callbacks during an immersive session. Asked once a paint. */
  unannounced(now: number): boolean {
    const { currentTime } = this.element;
    const advanced = currentTime !== this.#lastTime;
    this.#lastTime = currentTime;
    return advanced && now - this.#lastFrameAt > 200;
  }

  #next(): void {
    this.element.requestVideoFrameCallback((now, metadata) => {
      this.#next();
      this.#lastFrameAt = now;
      // Chromium's expectation can lie before this rendering step, with which the frame appears at the earliest.
      this.emit('frame', { ...metadata, expectedDisplayTime: Math.max(now, metadata.expectedDisplayTime) });
    });
  }
}
