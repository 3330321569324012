import { ValueFault } from './value-fault.js';

/** Where in a map something stands: `events`, 2, `occurredAt`. */
export type MapPath = readonly (string | number)[];

/** A record that a map can't use: where in the map, and why, without text of the record. */
export class MapFault extends Error {
  constructor(readonly path: MapPath, message: string) {
    super(message);
    this.name = 'MapFault';
  }
}

/** `events[2].occurredAt` */
export const pathText = (path: MapPath): string =>
  path.reduce<string>((text, step) => (typeof step === 'number' ? `${text}[${step}]` : text === '' ? step : `${text}.${step}`), '');

/** Says of a fault in a value where in the map it came about. Anything else is a defect, and passes. */
export function at<T>(path: MapPath, compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    throw error instanceof ValueFault ? new MapFault(path, error.message) : error;
  }
}
