import { type CalibrationDocument, ImportFault } from './document.js';
import type { Format, Imported } from './imported.js';
import { kalibr } from './kalibr.js';
import { opencv } from './opencv.js';
import { ros } from './ros.js';

/** The first that recognises a document reads it. */
const formats: readonly Format[] = [kalibr, ros, opencv];

/**
 * What documents of one format say together; the format is seen from their content.
 * @throws ImportFault for documents of no format, or of two.
 */
export function readDocuments(documents: readonly CalibrationDocument[]): Imported {
  const known = documents.map((document) => {
    const format = formats.find((one) => one.recognises(document));
    if (format !== undefined) return format;
    throw new ImportFault(
      document,
      [],
      'is no calibration of OpenCV (FileStorage), ROS (camera_info) or Kalibr (camchain)',
    );
  });
  const [first] = known;
  const other = known.findIndex((format) => format !== first);
  if (first === undefined) throw new Error('no document');
  if (other >= 0) {
    const message = `is ${known[other]!.name}, and ${documents[0]!.name} is ${first.name}: the files of one calibration are of one format`;
    throw new ImportFault(documents[other]!, [], message);
  }
  return first.read(documents);
}
