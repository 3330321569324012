import type { CommitAnswer } from './ports.js';

/**
 * What became of a commit.
 * - `applied`: it stands, by this call or by an earlier send of the same one.
 * - `not_applied`: nothing was changed and the lane is still ours; send it again.
 * - `went_back`: the store holds less than it once confirmed to us (restored or restarted with loss).
 * - `lost`: another owner claimed the lane, or the lane is gone; either way it isn't ours any more.
 */
export type CommitOutcome = 'applied' | 'not_applied' | 'went_back' | 'lost';

/**
 * Tells what became of a commit computed on version `base` under `token`. A commit may be sent any number of times,
 * also by a client that reconnects on its own: the store refuses all but the first, and the version tells a refusal
 * because of success from one without. That rests on one commit in flight per lane.
 */
export const commitOutcome = (answer: CommitAnswer, token: string, base: number): CommitOutcome => {
  if (answer.token !== token) return 'lost';
  if (answer.version > base) return 'applied';
  return answer.version === base ? 'not_applied' : 'went_back';
};
