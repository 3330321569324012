import { expect, test } from '@jest/globals';
import { commitOutcome } from '../../src/pipeline/commit-outcome.js';

test.each([
  { token: 'mine', version: 8, outcome: 'applied' },
  { token: 'mine', version: 7, outcome: 'not_applied' },
  { token: 'mine', version: 6, outcome: 'went_back' },
  { token: 'mine', version: 0, outcome: 'went_back' },
  { token: 'theirs', version: 8, outcome: 'lost' },
  { token: 'theirs', version: 7, outcome: 'lost' },
  { token: null, version: 0, outcome: 'lost' },
])('a commit on version 7 under "mine" that finds $token and $version is $outcome', ({ outcome, ...answer }) => {
  expect(commitOutcome(answer, 'mine', 7)).toBe(outcome);
});
