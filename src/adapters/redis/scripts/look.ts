import { script } from '../script.js';
import { HAS_TRACE } from './has-trace.js';
import { LEAVES } from './leaves.js';

/**
 * KEYS  1 lane, 2 outbox, 3 dirty, 4 names of the leaves of all orders, 5 of index entries; the keys of leaves and of single orders are made from
 *       the beginnings below, which carry the same hash tag
 * ARGV  1 beginning of orders' keys, 2 of keys of many facts, 3 of leaves of all orders, 4 of leaves of index entries, 5 of traces' keys,
 *       6 packed { { order... }, { { beginning of the entries of a name, { order... } }... }, { part, bytes, part, bytes... } }, at most some
 *         thousand orders
 * Answers { lane, outbox, orders, many facts, deadlines, marks, forgotten, { of each name: 1 or 0... } }, each list with a place for every order
 * asked for. Changes nothing.
 */
export const LOOK = script('look', `${HAS_TRACE}${LEAVES}
local asked = cmsgpack.unpack(ARGV[6])
local ids, under = asked[1], asked[2]

local function values(beginning)
  if #ids == 0 then return {} end
  local keys = {}
  for i, id in ipairs(ids) do keys[i] = beginning .. id end
  return redis.call('MGET', unpack(keys))
end

local function scores(set, members)
  local found = {}
  for i, member in ipairs(members) do found[i] = redis.call('ZSCORE', set.leaf .. leaf_of(set, member), member) end
  return found
end

-- Reading a leaf takes as long as looking for four entries.
local LEAF_READ = 4
-- Of each order 1 or 0: does it stand under the name whose entries begin so?
local function standing(index, beginning, orders)
  local beyond = '(' .. beginning .. '\\255'
  local is_entry = {}
  if LEAF_READ * (1 + redis.call('ZLEXCOUNT', index.names, '(' .. beginning, beyond)) <= #orders then
    local leaves = redis.call('ZRANGEBYLEX', index.names, '(' .. beginning, beyond)
    leaves[#leaves + 1] = leaf_of(index, beginning)
    for _, leaf in ipairs(leaves) do
      for _, entry in ipairs(redis.call('ZRANGE', index.leaf .. leaf, 0, -1)) do is_entry[entry] = true end
    end
  else
    local entries = {}
    for i, id in ipairs(orders) do entries[i] = beginning .. id end
    for i, score in ipairs(scores(index, entries)) do if score then is_entry[entries[i]] = true end end
  end
  local found = {}
  for i, id in ipairs(orders) do found[i] = is_entry[beginning .. id] and 1 or 0 end
  return found
end

local index, found = { names = KEYS[5], leaf = ARGV[4] }, {}
for i, name in ipairs(under) do found[i] = standing(index, name[1], name[2]) end
local marks = {}
if #ids > 0 then marks = redis.call('ZMSCORE', KEYS[3], unpack(ids)) end
local forgotten = {}
for i = 1, #asked[3], 2 do
  local traces = redis.call('GET', ARGV[5] .. asked[3][i])
  forgotten[#forgotten + 1] = traces and has_trace(traces, asked[3][i + 1]) and 1 or 0
end
return {
  redis.call('HGETALL', KEYS[1]), redis.call('LRANGE', KEYS[2], 0, -1), values(ARGV[1]), values(ARGV[2]),
  scores({ names = KEYS[4], leaf = ARGV[3] }, ids), marks, forgotten, found,
}
`);
