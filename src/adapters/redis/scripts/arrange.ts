import { FEW_BYTES } from '../../../pipeline/order-write.js';
import { script } from '../script.js';
import { FACTS_ELSEWHERE } from '../stored-order.js';
import { LEAVES } from './leaves.js';

/**
 * KEYS  1 lane, 2 former list of all orders, 3 former deadlines, 4 names of the leaves of all orders, 5 those leaves by first deadline
 * ARGV  1 token, 2 beginning of former states' keys, 3 of keys of facts, 4 of orders' keys, 5 of leaves of all orders, 6 how many orders
 * Moves so many orders from where formats before 6 kept them. Answers how many it moved, or -1 with nothing changed under a foreign token.
 */
export const ARRANGE_ORDERS = script('arrange-orders', `${LEAVES}
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return -1 end
local ids = redis.call('ZRANGE', KEYS[2], 0, tonumber(ARGV[6]) - 1)
if #ids == 0 then return 0 end
local listed = {}
local due = redis.call('ZMSCORE', KEYS[3], unpack(ids))
for i, id in ipairs(ids) do
  local state = redis.call('GET', ARGV[2] .. id)
  if state and redis.call('STRLEN', ARGV[3] .. id) > ${FEW_BYTES} then
    redis.call('SET', ARGV[4] .. id, struct.pack('>H', ${FACTS_ELSEWHERE}) .. state)
  elseif state then
    local facts = redis.call('GET', ARGV[3] .. id) or ''
    redis.call('SET', ARGV[4] .. id, struct.pack('>H', #facts) .. facts .. state)
    redis.call('DEL', ARGV[3] .. id)
  end
  redis.call('DEL', ARGV[2] .. id)
  listed[#listed + 1] = due[i] or 'inf'
  listed[#listed + 1] = id
end
local all_orders = { names = KEYS[4], leaf = ARGV[5], first = KEYS[5] }
put(all_orders, by_leaf(all_orders, listed, 2))
redis.call('ZREM', KEYS[2], unpack(ids))
redis.call('ZREM', KEYS[3], unpack(ids))
return #ids
`);

/**
 * KEYS  1 lane, 2 names of the leaves of index entries, then former index entries, one of which may be long
 * ARGV  1 token, 2 beginning of leaves of index entries, 3 how many orders, then with what entries of each former one begin
 * Moves so many orders from there. Answers how many it moved, or -1 with nothing changed under a foreign token.
 */
export const ARRANGE_INDEX = script('arrange-index', `${LEAVES}
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return -1 end
local moved, entries = 0, {}
for i = 3, #KEYS do
  local left = tonumber(ARGV[3]) - moved
  if left <= 0 then break end
  local ids = redis.call('ZRANGE', KEYS[i], 0, left - 1)
  for _, id in ipairs(ids) do
    entries[#entries + 1] = 0
    entries[#entries + 1] = ARGV[i + 1] .. id
  end
  if #ids > 0 then redis.call('ZREM', KEYS[i], unpack(ids)) end
  moved = moved + #ids
end
local index = { names = KEYS[2], leaf = ARGV[2] }
put(index, by_leaf(index, entries, 2))
return moved
`);

/**
 * KEYS  1 lane
 * ARGV  1 token
 * Notes that nothing is left to be moved. Answers 1, or 0 with nothing changed under a foreign token.
 */
export const ARRANGED = script('arranged', `
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
redis.call('HDEL', KEYS[1], 'arranging')
return 1
`);
