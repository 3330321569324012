import { Final } from './retry.js';

/** The store says that another owner claimed the lane: whatever this one still holds is theirs to send. */
export class LaneLost extends Final {
  constructor(lane: number) {
    super(`lane ${lane} has another owner`);
    this.name = 'LaneLost';
  }
}
