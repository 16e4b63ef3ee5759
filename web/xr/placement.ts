import type { Profile } from '../../src/protocol/configuration.js';
import { cameraOf } from '../settings/camera-of.js';

/** Metres; far enough that the eyes need hardly focus, near enough that a panel can be read. */
export const distance = 2;
/** Degrees of the horizontal field of view in which the picture is shown. */
export const field = { usual: 70, least: 30, most: 100 } as const;

export interface Size {
  width: number;
  height: number;
}

/**
 * Metres at `distance`, so that the picture fills the angle that its camera saw: what is straight ahead then has its natural size. Without a calibration
 * the usual angle.
 */
export function screenSize(aspect: number, horizontalDegrees: number): Size {
  const degrees = Math.min(field.most, Math.max(field.least, horizontalDegrees));
  const width = 2 * distance * Math.tan((degrees / 2) * (Math.PI / 180));
  return { width, height: width / aspect };
}

/** Horizontal field of view of the left eye as it is sent, degrees, from its projection (OpenCV's P or K) and zoom. */
export function fieldOfView({ calibration, view }: Pick<Profile, 'calibration' | 'view'>): number {
  const camera = cameraOf('left', { view });
  const focal = calibration[camera]?.P?.[0] ?? calibration[camera]?.K[0];
  if (calibration.model === 'none' || !focal || !calibration.size) return field.usual;
  const { rotate, zoom } = view[camera];
  const turned = rotate === 90 || rotate === 270;
  const across = calibration.size[turned ? 1 : 0]!;
  return (2 * Math.atan(across / (2 * focal * zoom)) * 180) / Math.PI;
}

export interface Point {
  x: number;
  y: number;
  z: number;
}

export interface Quaternion extends Point {
  w: number;
}

export interface Place {
  position: Point;
  orientation: Quaternion;
}

/** Upright before the head, at eye height and `distance`, turned to where the head looks. */
export function inFrontOf(head: { position: Point; orientation: Quaternion }): Place {
  const { x, y, z, w } = head.orientation;
  // The head's -z axis, seen from above.
  const [forwardX, forwardZ] = [-2 * (x * z + w * y), -(1 - 2 * (x * x + y * y))];
  const yaw = Math.atan2(-forwardX, -forwardZ);
  return {
    position: {
      x: head.position.x - Math.sin(yaw) * distance,
      y: head.position.y,
      z: head.position.z - Math.cos(yaw) * distance,
    },
    orientation: { x: 0, y: Math.sin(yaw / 2), z: 0, w: Math.cos(yaw / 2) },
  };
}

/** The place `below` metres lower and `nearer` metres towards the viewer. */
export function beneath({ position, orientation }: Place, below: number, nearer: number): Place {
  const yaw = 2 * Math.atan2(orientation.y, orientation.w);
  return {
    position: {
      x: position.x + Math.sin(yaw) * nearer,
      y: position.y - below,
      z: position.z + Math.cos(yaw) * nearer,
    },
    orientation,
  };
}

/** The matrix, column by column, that puts a square of two by two there in this size. */
export function modelMatrix({ position, orientation }: Place, { width, height }: Size): Float32Array {
  const yaw = 2 * Math.atan2(orientation.y, orientation.w);
  const [cos, sin] = [Math.cos(yaw), Math.sin(yaw)];
  const [w, h] = [width / 2, height / 2];
  // prettier-ignore
  return new Float32Array([cos * w, 0, -sin * w, 0,  0, h, 0, 0,  sin, 0, cos, 0,  position.x, position.y, position.z, 1]);
}

/** The product of 4x4 matrices, column by column. */
export function multiply(a: Float32Array, b: Float32Array): Float32Array {
  const product = new Float32Array(16);
  for (let column = 0; column < 4; column++)
    for (let row = 0; row < 4; row++)
      for (let k = 0; k < 4; k++) product[column * 4 + row]! += a[k * 4 + row]! * b[column * 4 + k]!;
  return product;
}

/** Quad layers of today's browsers take half the width and height, as three.js (XRManager) and the layers polyfill do. */
export function half({ width, height }: Size): Size {
  return { width: width / 2, height: height / 2 };
}

export function rigid({ position, orientation }: Place): XRRigidTransform {
  return new XRRigidTransform(position, orientation);
}
