import type { Profile } from '../src/protocol/configuration.js';
import type { Eye, Layout, OfferedTrack, ServerMessage, ServerMessageOf } from '../src/protocol/ws.js';
import { Emitter } from './events.js';
import { undecodable } from './media/codecs.js';
import { Coming } from './media/coming.js';
import { Connection, peerInAdvance } from './media/connection.js';
import { Reporter } from './media/reporter.js';
import { Video } from './media/video.js';
import type { Settings } from './settings/settings.js';
import type { Signalling } from './signalling/client.js';
import { after, initial, type Happening, type State } from './state.js';
import type { Skew } from './stereo/skew.js';
import { videoClockRate } from './time/rtp.js';
import type { Latency } from './time/latency.js';
import { Meters } from './time/meters.js';
import { Pings } from './time/pings.js';
import { tellShown } from './time/told.js';

interface ViewerEvents {
  state: [State];
  /** Other tracks, or another layout of them. */
  tracks: [Layout];
  /** A track of this connection has come; its video plays it. */
  track: [Eye, MediaStreamTrack];
  /** A new frame of an eye's video; null when the browser told nothing about it. */
  frame: [Eye, VideoFrameCallbackMetadata | null];
  /** Once a second while connected. */
  readings: [Readings];
}

export interface Readings {
  latency: Latency | null;
  skew: Skew | null;
  framesPerSecond: number;
  /** Fraction of the last second's packets. */
  loss: number;
}

/** Milliseconds. */
const limits = { firstFrame: 8000, otherEye: 1000, stalled: 2000, restart: 10_000, disconnected: 3000 } as const;

/** Watches one rig: signalling in, pictures and figures out. Owns the videos, the connection and the meters. */
export class Viewer extends Emitter<ViewerEvents> {
  readonly videos: Record<Eye, Video> = { left: new Video(), right: new Video() };
  readonly meters = new Meters();
  readonly #signalling: Signalling;
  readonly #settings: Pick<Settings, 'profile'>;
  readonly #pings: Pings;
  #state = initial;
  #layout: Layout = 'mono';
  #welcome: ServerMessageOf<'welcome'> | null = null;
  #connection: Connection | null = null;
  #reporter: Reporter | null = null;
  #coming: Coming | null = null;
  /** For the next offer. */
  #peer: RTCPeerConnection | null = null;
  #codecs: string[] = [];
  #offeredAt = 0;
  #frameAt = 0;
  /** When each video of this connection had its first frame. */
  readonly #firstFrameAt = new Map<Eye, number>();
  #lostAt: number | null = null;
  /** Frames may still trickle in of a connection whose server or engine is gone: they are no comeback. */
  #stale = false;

  /** `settings` must hear the messages first. */
  constructor(signalling: Signalling, settings: Pick<Settings, 'profile'>) {
    super();
    this.#signalling = signalling;
    this.#settings = settings;
    this.#pings = new Pings(signalling, this.meters.clock);
    signalling.on('message', (message) => this.#handleMessage(message));
    signalling.on('away', ({ ms, everOpen }) => {
      this.#stale = true;
      this.#happen({ type: 'away', retryMs: ms, everOpen });
    });
    signalling.on('refused', (refusal, message) => {
      this.#disconnect();
      this.#happen({ type: 'refused', refusal, message });
    });
    for (const eye of ['left', 'right'] as const) {
      const video = this.videos[eye];
      video.on('frame', (metadata) => this.#handleFrame(eye, metadata));
      video.on('loaded', () => this.#seen(eye));
      video.on('forbidden', () => this.#happen({ type: 'tap' }));
    }
  }

  get state(): State {
    return this.#state;
  }

  get layout(): Layout {
    return this.#layout;
  }

  /** As it is now. */
  get profile(): Profile | null {
    return this.#settings.profile;
  }

  /** Ticks of the RTP clock from one frame to the next. */
  get frameTicks(): number {
    return videoClockRate / (this.profile?.capture.fps ?? 30);
  }

  /** A picture of this size is about to be shown, which may be the first of what comes next. */
  pictured(width: number, height: number): void {
    if (!this.#coming?.has({ width, height })) return;
    const { tracks } = this.#coming;
    this.#coming = null;
    this.#show(tracks);
    this.#connection?.show(tracks);
  }

  get connection(): RTCPeerConnection | null {
    return this.#connection?.peer ?? null;
  }

  get latency(): Latency | null {
    return this.meters.latency.read();
  }

  get skew(): Skew | null {
    return this.meters.skew.read();
  }

  /** `peer`: one that was made for the first offer before. */
  start(peer?: RTCPeerConnection): void {
    if (typeof RTCPeerConnection === 'undefined') {
      this.#happen({ type: 'no-webrtc' });
      return;
    }
    this.#signalling.connect();
    // While the server is asked.
    this.#peer = peer ?? peerInAdvance();
    this.#codecs = (RTCRtpReceiver.getCapabilities('video')?.codecs ?? []).map(({ mimeType }) => mimeType);
    setInterval(() => void this.#everySecond(), 1000);
  }

  /** For a page that is asked to paint by other means than the video's own frames (an immersive session). */
  poll(now: number): void {
    for (const eye of ['left', 'right'] as const)
      if (this.videos[eye].unannounced(now)) {
        this.#seen(eye);
        this.emit('frame', eye, null);
      }
  }

  play(): void {
    for (const video of Object.values(this.videos)) video.play();
  }

  #handleMessage(message: ServerMessage): void {
    switch (message.type) {
      case 'welcome':
        this.#welcome = message;
        this.#pings.begin();
        this.#happen({ type: 'welcome' });
        return;
      case 'offer':
        this.#connect(message);
        return;
      case 'candidate':
        void this.#connection?.handleCandidate(message);
        return;
      case 'tracks':
        this.#handleTracks(message);
        return;
      case 'pong':
        this.#pings.handlePong(message);
        return;
      case 'timing':
        this.#handleTiming(message);
        return;
      case 'interrupted':
        this.#stale = true;
        this.#peer ??= peerInAdvance();
        this.#happen({ type: 'interrupted', message: message.message });
        return;
      case 'error':
        // The answer to a request goes to who asked.
        if (message.id !== undefined) return;
        this.#happen({ type: 'trouble', message: message.message });
        return;
      case 'ok':
      case 'stats':
      case 'applied':
      case 'profile':
      case 'saved':
        return;
    }
  }

  #connect(offer: ServerMessageOf<'offer'>): void {
    this.#disconnect();
    const unknown = undecodable(offer.sdp, this.#codecs);
    if (unknown) {
      this.#happen({ type: 'no-codec', message: unknown.join(', ') });
      return;
    }
    this.#offeredAt = performance.now();
    const connection = new Connection(offer, this.#welcome?.iceServers ?? [], this.#peer ?? peerInAdvance());
    this.#peer = null;
    this.#connection = connection;
    this.#reporter = new Reporter(connection);
    this.#stale = false;
    connection.on('send', (message) => this.#signalling.send(message));
    connection.on('failed', (error) => this.#happen({ type: 'trouble', message: error.message }));
    connection.on('state', (state) => this.#handleConnectionState(state));
    connection.on('track', (track, { eye }) => {
      const shownBy = eye === 'right' && connection.tracks.length > 1 ? 'right' : 'left';
      this.videos[shownBy].show(track);
      this.emit('track', shownBy, track);
    });
    this.#show(offer.tracks);
    this.#happen({ type: 'offer' });
  }

  /** The connection goes on with what another graph gives. */
  #handleTracks({ tracks }: ServerMessageOf<'tracks'>): void {
    if (!this.#connection) return;
    this.#stale = false;
    this.#peer?.close();
    this.#peer = null;
    const { videoWidth: width, videoHeight: height } = this.videos.left.element;
    this.#coming = new Coming(tracks, { width, height });
    this.pictured(width, height);
  }

  #show(tracks: readonly OfferedTrack[]): void {
    const twin = tracks.length > 1;
    // One eye alone, whatever was wished, is shown to both.
    this.#layout = twin ? 'twin' : tracks[0]?.eye === 'both' ? tracks[0].layout : 'mono';
    this.#firstFrameAt.clear();
    if (!twin) this.videos.right.clear();
    this.meters.reset(twin, () => this.frameTicks);
    this.emit('tracks', this.#layout);
  }

  #disconnect(): void {
    this.#connection?.close();
    this.#connection = null;
    this.#coming = null;
    this.#reporter = null;
    this.#lostAt = null;
    this.#firstFrameAt.clear();
    this.meters.reset(false, () => this.frameTicks);
    for (const video of Object.values(this.videos)) video.clear();
  }

  #handleConnectionState(state: RTCPeerConnectionState): void {
    if (state === 'connected') this.#lostAt = null;
    if (state === 'disconnected') this.#lostAt ??= performance.now();
    if (state !== 'failed') return;
    this.#happen({ type: 'blocked' });
    this.#lostAt = -Infinity;
  }

  #handleTiming({ tracks }: ServerMessageOf<'timing'>): void {
    const shown = this.#connection?.tracks.find(({ eye }) => eye !== 'right') ?? this.#connection?.tracks[0];
    const timing = tracks.find(({ mid }) => mid === shown?.mid);
    if (!timing) return;
    this.meters.latency.handleTiming(timing);
  }

  #handleFrame(eye: Eye, metadata: VideoFrameCallbackMetadata): void {
    this.#seen(eye);
    this.pictured(metadata.width, metadata.height);
    this.meters.handleVideo(eye, metadata);
    this.emit('frame', eye, metadata);
  }

  #seen(eye: Eye): void {
    if (!this.#connection || this.#stale) return;
    const now = performance.now();
    this.#frameAt = now;
    if (!this.#firstFrameAt.has(eye)) this.#firstFrameAt.set(eye, now);
    if (this.#whole(now)) this.#happen({ type: 'frame' });
  }

  /** Two tracks play when both have a frame; an eye that does not come leaves the other to be shown alone. */
  #whole(now: number): boolean {
    if (this.#layout !== 'twin' || this.#firstFrameAt.size === 2) return true;
    return now - Math.min(...this.#firstFrameAt.values()) > limits.otherEye;
  }

  #happen(happening: Happening): void {
    const state = after(this.#state, happening);
    if (state === this.#state) return;
    this.#state = state;
    this.emit('state', state);
  }

  async #everySecond(): Promise<void> {
    this.#pings.everySecond();
    this.#watch(performance.now());
    const reporter = this.#reporter;
    if (!reporter) return;
    const { message, framesPerSecond, loss } = await reporter.read();
    // Of a connection that has gone meanwhile.
    if (reporter !== this.#reporter) return;
    if (message.jitterBufferDelay !== undefined)
      this.meters.latency.handleJitterBuffer(message.jitterBufferDelay * 1000);
    this.#signalling.send({ ...message, ...tellShown(this.meters) });
    this.emit('readings', { latency: this.latency, skew: this.skew, framesPerSecond, loss });
  }

  /** Says so when no picture comes, and asks for a new offer when none will. A page that nobody sees gets no frames and is left alone. */
  #watch(now: number): void {
    if (!this.#connection || document.visibilityState === 'hidden') return;
    const since = now - Math.max(this.#offeredAt, this.#frameAt);
    const lost = this.#lostAt !== null && now - this.#lostAt > limits.disconnected;
    if (this.#state.phase === 'playing') {
      if (since > limits.stalled) this.#happen({ type: 'stalled' });
    } else if (since > limits.firstFrame && this.#state.condition.kind === 'waiting') this.#happen({ type: 'overdue' });
    if (lost || since > limits.restart) {
      this.#offeredAt = now;
      this.#lostAt = null;
      this.#signalling.restart();
    }
  }
}
