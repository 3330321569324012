import { FEW_BYTES } from '../../../pipeline/order-write.js';
import { script } from '../script.js';
import { FACTS_ELSEWHERE } from '../stored-order.js';
import { LEAVES } from './leaves.js';

/**
 * KEYS  1 lane, 2 outbox, 3 dirty, 4 names of the leaves of all orders, 5 those leaves by first deadline, 6 names of the leaves of index entries,
 *       7 journal of measures; other keys are made from the beginnings below, which carry the same hash tag
 * ARGV  1 token, 2 base version, 3 beginning of orders' keys, 4 of keys of many facts, 5 of leaves of all orders, 6 of leaves of index entries,
 *       7 of traces' keys, 8 of the keys of what is told of customers,
 *       9 span of the outbox entry ('' when there is none), 10 its records, 11 entry of the journal of measures ('' for none),
 *       12 packed list of
 *         1 orders:         id, whole order as stored-order.ts packs it, '', '', or
 *                           id, '', facts to append ('' for none), state
 *         2 lane:           field, value, field, value... (with the next version)
 *         3 deadlines:      ms or 'inf' for none, order, ms, order...
 *         4 marks:          mark, order, mark, order...
 *         5 index added:    0, entry, 0, entry...
 *         6 index removed:  entry, entry...
 *         7 orders gone:    id, part and bytes of the trace that is left, id, part, bytes...,
 *         8 told:           { part, { order, text, order, text... } }... (of customers)
 *         9 told no more:   { part, { order, order... } }...
 * Answers { token, version } as they are after the call; nothing has changed unless both were as given.
 *
 * Lua in Redis doesn't roll back, so every check comes before the first write, and no write after it can fail: each key
 * is asked for its size first, which a key of another type refuses; scores were checked by the caller; and lack of memory,
 * a full disk or a replica's refusal are met by the first write of a script or not at all.
 */
export const COMMIT = script('commit', `${LEAVES}
local LIMIT = 268435456 -- half of what Redis allows a string to have
local FEW, ELSEWHERE = ${FEW_BYTES}, ${FACTS_ELSEWHERE}

local held = redis.call('HMGET', KEYS[1], 'token', 'version')
if held[1] ~= ARGV[1] or held[2] ~= ARGV[2] then return held end

local order_of, facts_of, trace_of, customers_of = ARGV[3], ARGV[4], ARGV[7], ARGV[8]
local all_orders = { names = KEYS[4], leaf = ARGV[5], first = KEYS[5] }
local index = { names = KEYS[6], leaf = ARGV[6] }
local change = cmsgpack.unpack(ARGV[12])
local orders, deadlines, gone = change[1], change[3], change[7]
redis.call('LLEN', KEYS[2])
redis.call('LLEN', KEYS[7])
for i = 3, 6 do redis.call('ZCARD', KEYS[i]) end
local entries = by_leaf(index, change[5], 2)
by_leaf(index, change[6], 1)
for _, customers in ipairs({ change[8], change[9] }) do
  for _, entry in ipairs(customers) do redis.call('HLEN', customers_of .. entry[1]) end
end

local unlisted, has_date = {}, {}
for i = 1, #gone, 3 do
  redis.call('STRLEN', trace_of .. gone[i + 1])
  unlisted[#unlisted + 1] = gone[i]
end
for i = 2, #deadlines, 2 do has_date[deadlines[i]] = true end
for i = 1, #orders, 4 do
  local id, more = orders[i], #orders[i + 2]
  if more > 0 and more + redis.call('STRLEN', facts_of .. id) > LIMIT then
    return redis.error_reply('TOUCHPOINT the facts of order ' .. id .. ' would pass ' .. LIMIT .. ' bytes; nothing was changed')
  end
  -- Whether it is new doesn't matter where its deadline is written anyway, nor of what type its key is where all of it is.
  if (orders[i + 1] == '' or not has_date[id]) and redis.call('STRLEN', order_of .. id) == 0 and not has_date[id] then
    deadlines[#deadlines + 1] = 'inf'
    deadlines[#deadlines + 1] = id
  end
end
local listed = by_leaf(all_orders, deadlines, 2)
by_leaf(all_orders, unlisted, 1)

local texts = {}
local function keep(id, text) texts[#texts + 1] = order_of .. id; texts[#texts + 1] = text end
local function keep_more(id, more, state)
  local kept = redis.call('GET', order_of .. id)
  local few = ''
  if kept then
    local length = struct.unpack('>H', kept)
    if length == ELSEWHERE then few = nil else few = string.sub(kept, 3, 2 + length) end
  end
  if few and #few + #more <= FEW then return keep(id, struct.pack('>H', #few + #more) .. few .. more .. state) end
  if few then more = few .. more end
  -- APPEND leaves as much room again behind what it writes, so few facts are rather written anew.
  if more ~= '' then redis.call('APPEND', facts_of .. id, more) end
  keep(id, struct.pack('>H', ELSEWHERE) .. state)
end

redis.call('HSET', KEYS[1], unpack(change[2]))
for i = 1, #orders, 4 do
  if orders[i + 1] ~= '' then keep(orders[i], orders[i + 1]) else keep_more(orders[i], orders[i + 2], orders[i + 3]) end
end
for i = 1, #texts, CHUNK do redis.call('MSET', unpack(texts, i, math.min(i + CHUNK - 1, #texts))) end
put(all_orders, listed)
in_chunks('ZADD', KEYS[3], change[4])
put(index, entries)
take(index, change[6])
for _, entry in ipairs(change[9]) do in_chunks('HDEL', customers_of .. entry[1], entry[2]) end
for _, entry in ipairs(change[8]) do in_chunks('HSET', customers_of .. entry[1], entry[2]) end
for i = 1, #gone, 3 do
  redis.call('DEL', order_of .. gone[i], facts_of .. gone[i])
  redis.call('APPEND', trace_of .. gone[i + 1], gone[i + 2])
end
take(all_orders, unlisted)
in_chunks('ZREM', KEYS[3], unlisted)
if #gone > 0 then redis.call('HINCRBY', KEYS[1], 'forgotten', #unlisted) end
if ARGV[11] ~= '' then redis.call('RPUSH', KEYS[7], ARGV[11]) end
if ARGV[9] ~= '' then redis.call('RPUSH', KEYS[2], ARGV[9], ARGV[10]) end
return redis.call('HMGET', KEYS[1], 'token', 'version')
`);
