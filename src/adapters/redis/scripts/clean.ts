import { script } from '../script.js';
import { KEEP_ENDS } from './keep-ends.js';

/**
 * KEYS  1 lane, 2 dirty
 * ARGV  1 token, 2 packed list of order, mark, order, mark..., then pairs of output topic and end
 * Clears the marks that still stand: an order changed since keeps its newer one. Answers 1, or 0 with nothing changed
 * under a foreign token.
 */
export const CLEAN = script('clean', `${KEEP_ENDS}
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
local marks = cmsgpack.unpack(ARGV[2])
for i = 1, #marks, 2 do
  local mark = redis.call('ZSCORE', KEYS[2], marks[i])
  if mark and tonumber(mark) == tonumber(marks[i + 1]) then redis.call('ZREM', KEYS[2], marks[i]) end
end
keep_ends(KEYS[1], 3)
return 1
`);
