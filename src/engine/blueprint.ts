import type { Machine } from '../pipeline/machine.js';
import type { Plan } from '../pipeline/plan.js';
import type { Profile } from '../protocol/configuration.js';
import type { Content } from '../protocol/ws.js';
import type { HeaderExtension } from './gst/payloader.js';
import type { StartLimits } from './watch.js';

/** All the text that a rig’s graph is made of. Nothing of it is made in the engine. */
export interface Blueprint {
  plan: Pick<
    Plan,
    'layout' | 'codec' | 'encoder' | 'sources' | 'capture' | 'gl' | 'outputs' | 'choices' | 'stages' | 'mtu'
  >;
  /** What it was drawn from. */
  profile?: Profile;
  machine?: Machine;
  /** It needs what no two graphs can have at once: a camera, a hardware encoder. */
  exclusive: boolean;
  /** How long its first frames may take while people wait for the picture that they had before. `within`: of a source that starts quickly, ms. */
  limits(within: number): StartLimits;
  /** What the parser takes: the text of `launch` with the files that it names read in. */
  text: string;
  /** The shell command that runs the same. */
  launch: string;
  /** The branch of one viewer, with as many tracks as it wishes for or as there are pictures; `timestampOffset` is where its RTP timestamps start. */
  viewer(wishedTracks: number, timestampOffset: number): string;
  /** The branch that encodes one picture, and the output whose raw picture it takes. Throws `not-found` for an eye that the layout does not have. */
  snapshot(eye: Content, format: 'jpeg' | 'png'): { output: Content; text: string };
  /** RTP header extensions of every payloader. */
  extensions: readonly HeaderExtension[];
}
