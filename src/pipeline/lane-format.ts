import { Final } from './retry.js';

/**
 * Version of what a durable lane store keeps of a lane; it rises with every change that older code would misread.
 * 2: a lane may have to catch up before it speaks. 3: it may have given up orders, which older code would begin anew. 4: alerts may be
 * closed, which older code would not know. 5: what waits to be said is kept as Kafka writes it, what steps add to the measures by place.
 * 6: each order is kept under one key, and what lists orders in leaves.
 */
export const LANE_FORMAT = 6;

/** The lane was written by newer code. Trying again doesn't help: this version must not touch it. */
export class NewerLaneFormatError extends Final {
  override readonly name = 'NewerLaneFormatError';
  constructor(
    readonly lane: number,
    readonly found: number,
  ) {
    super(
      `lane ${String(lane)} was written in format ${String(found)}, this version knows formats up to ${String(LANE_FORMAT)}: ` +
        'run the newer version again, or restore the state that this one wrote',
    );
  }
}
