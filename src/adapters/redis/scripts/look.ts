import { script } from '../script.js';
import { HAS_TRACE } from './has-trace.js';

/**
 * KEYS  1 lane, 2 outbox, 3 due, 4 dirty, 5 orders; the keys of single orders and index entries are made from the
 *       beginnings below, which carry the same hash tag
 * ARGV  1 beginning of facts' keys, 2 of states' keys, 3 of index entries' keys,
 *       4 packed { { order... }, { { name, { order... } }... }, { part, bytes, part, bytes... } }, at most some thousand orders,
 *       5 beginning of traces' keys
 * Answers { lane, outbox, facts, states, listed, due, marks, forgotten, { of each name: listed... } }, each list with a place for
 * every order asked for. Changes nothing.
 */
export const LOOK = script('look', `${HAS_TRACE}
local asked = cmsgpack.unpack(ARGV[4])
local ids, names = asked[1], asked[2]

local function scores(key, members)
  if #members == 0 then return {} end
  return redis.call('ZMSCORE', key, unpack(members))
end
local function values(beginning)
  if #ids == 0 then return {} end
  local keys = {}
  for i, id in ipairs(ids) do keys[i] = beginning .. id end
  return redis.call('MGET', unpack(keys))
end

local forgotten = {}
for i = 1, #asked[3], 2 do
  local traces = redis.call('GET', ARGV[5] .. asked[3][i])
  forgotten[#forgotten + 1] = traces and has_trace(traces, asked[3][i + 1]) and 1 or 0
end
local under = {}
for i, entry in ipairs(names) do under[i] = scores(ARGV[3] .. entry[1], entry[2]) end
return {
  redis.call('HGETALL', KEYS[1]), redis.call('LRANGE', KEYS[2], 0, -1),
  values(ARGV[1]), values(ARGV[2]), scores(KEYS[5], ids), scores(KEYS[3], ids), scores(KEYS[4], ids), forgotten, under,
}
`);
