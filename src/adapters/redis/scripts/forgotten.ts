import { script } from '../script.js';
import { HAS_TRACE } from './has-trace.js';

/**
 * KEYS  1 lane; the keys of the traces are made from the beginning below, which carries the same hash tag
 * ARGV  1 beginning of traces' keys, 2 packed list of part, bytes, part, bytes...
 * Answers a list of 1 and 0: was the trace left? Changes nothing.
 */
export const FORGOTTEN = script('forgotten', `${HAS_TRACE}
local asked = cmsgpack.unpack(ARGV[2])
local answers = {}
for i = 1, #asked, 2 do
  local traces = redis.call('GET', ARGV[1] .. asked[i])
  answers[#answers + 1] = traces and has_trace(traces, asked[i + 1]) and 1 or 0
end
return answers
`);
