import type { CalibrationDocument } from './document.js';

/** A value with the place that it came from, for what is said against it later. */
export interface Found<T> {
  value: T;
  document: CalibrationDocument;
  path: readonly string[];
}

export interface ImportedEye {
  /** What the file calls it, e.g. `cam0`. */
  name: string;
  K: Found<number[]>;
  D: Found<number[]>;
  R?: Found<number[]> | undefined;
  P?: Found<number[]> | undefined;
}

/** What the files of one calibration say, in Binocle's terms; not yet judged. */
export interface Imported {
  format: 'OpenCV FileStorage' | 'ROS camera_info' | 'Kalibr camchain';
  /** Left out where the files do not say. */
  model?: 'pinhole' | 'fisheye' | undefined;
  left: ImportedEye;
  right: ImportedEye;
  /** Width and height, an entry for every place that gives them. */
  sizes: Found<[number, number]>[];
  /** x_right = R x_left + T. */
  R?: Found<number[]> | undefined;
  T?: Found<number[]> | undefined;
  /** Of T and of P's last column, where the format fixes it. */
  unit?: 'm' | undefined;
  /** What a person should know about how it was read. */
  notes: string[];
}

/** A format: whether a document is of it, and what documents of it say together. */
export interface Format {
  name: Imported['format'];
  recognises(document: CalibrationDocument): boolean;
  read(documents: readonly CalibrationDocument[]): Imported;
}
