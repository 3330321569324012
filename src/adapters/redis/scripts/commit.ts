import { script } from '../script.js';

/**
 * KEYS  1 lane, 2 outbox, 3 due, 4 dirty, 5 orders, 6 journal of measures; the keys of single orders and index entries are made from the
 *       beginnings below, which carry the same hash tag
 * ARGV  1 token, 2 base version, 3 beginning of facts' keys, 4 of states' keys, 5 of index entries' keys, 6 of traces' keys,
 *       7 span of the outbox entry ('' when there is none), 8 its records,
 *       9 packed list of
 *         1 orders:         id, all facts ('' when they are many, or as they were), facts to append ('' for none), state, id, all facts...
 *         2 lane:           field, value, field, value... (with the next version)
 *         3 deadlines:      ms, order, ms, order...
 *         4 deadlines gone: order, order...
 *         5 marks:          mark, order, mark, order...
 *         6 index added:    { name, { 0, order, 0, order... } }...
 *         7 index removed:  { name, { order, order... } }...
 *         8 orders gone:    id, part and bytes of the trace that is left, id, part, bytes...,
 *         9 told:           { part, { order, text, order, text... } }... (of customers)
 *        10 told no more:   { part, { order, order... } }...
 *       10 entry of the journal of measures ('' for none), 11 beginning of the keys of what is told of customers
 * Answers { token, version } as they are after the call; nothing has changed unless both were as given.
 *
 * Lua in Redis doesn't roll back, so every check comes before the first write, and no write after it can fail: each key
 * is asked for its size first, which a key of another type refuses; scores were checked by the caller; and lack of memory,
 * a full disk or a replica's refusal are met by the first write of a script or not at all.
 */
export const COMMIT = script('commit', `
local CHUNK = 1000      -- unpack fails beyond some 8,000 values
local LIMIT = 268435456 -- half of what Redis allows a string to have

local held = redis.call('HMGET', KEYS[1], 'token', 'version')
if held[1] ~= ARGV[1] or held[2] ~= ARGV[2] then return held end

local facts_of, state_of, index_of, trace_of = ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local change = cmsgpack.unpack(ARGV[9])
local gone = change[8]
local orders = change[1]
redis.call('LLEN', KEYS[2])
redis.call('LLEN', KEYS[6])
for i = 3, 5 do redis.call('ZCARD', KEYS[i]) end
for _, entries in ipairs({ change[6], change[7] }) do
  for _, entry in ipairs(entries) do redis.call('ZCARD', index_of .. entry[1]) end
end
for _, entries in ipairs({ change[9], change[10] }) do
  for _, entry in ipairs(entries) do redis.call('HLEN', ARGV[11] .. entry[1]) end
end
for i = 1, #gone, 3 do redis.call('STRLEN', trace_of .. gone[i + 1]) end
local is_new = {}
for i = 1, #orders, 4 do
  local id, more = orders[i], #orders[i + 2]
  if more > 0 or orders[i + 1] ~= '' then
    local length = redis.call('STRLEN', facts_of .. id)
    is_new[i] = length == 0
    if more + length > LIMIT then
      return redis.error_reply('TOUCHPOINT the facts of order ' .. id .. ' would pass ' .. LIMIT .. ' bytes; nothing was changed')
    end
  else
    is_new[i] = redis.call('EXISTS', state_of .. id) == 0
  end
end

local function in_chunks(command, key, values)
  for i = 1, #values, CHUNK do
    redis.call(command, key, unpack(values, i, math.min(i + CHUNK - 1, #values)))
  end
end

redis.call('HSET', KEYS[1], unpack(change[2]))
local new, texts = {}, {}
local function keep(key, text) texts[#texts + 1] = key; texts[#texts + 1] = text end
for i = 1, #orders, 4 do
  local id, all, more = orders[i], orders[i + 1], orders[i + 2]
  if is_new[i] then new[#new + 1] = 0; new[#new + 1] = id end
  -- APPEND leaves as much room again behind what it writes, so few facts are rather written anew.
  if all ~= '' then keep(facts_of .. id, all)
  elseif more ~= '' then redis.call('APPEND', facts_of .. id, more) end
  keep(state_of .. id, orders[i + 3])
end
for i = 1, #texts, CHUNK do redis.call('MSET', unpack(texts, i, math.min(i + CHUNK - 1, #texts))) end
in_chunks('ZADD', KEYS[5], new)
in_chunks('ZADD', KEYS[3], change[3])
in_chunks('ZREM', KEYS[3], change[4])
in_chunks('ZADD', KEYS[4], change[5])
for _, entry in ipairs(change[6]) do in_chunks('ZADD', index_of .. entry[1], entry[2]) end
for _, entry in ipairs(change[7]) do in_chunks('ZREM', index_of .. entry[1], entry[2]) end
for _, entry in ipairs(change[10]) do in_chunks('HDEL', ARGV[11] .. entry[1], entry[2]) end
for _, entry in ipairs(change[9]) do in_chunks('HSET', ARGV[11] .. entry[1], entry[2]) end
local unlisted = {}
for i = 1, #gone, 3 do
  redis.call('DEL', facts_of .. gone[i], state_of .. gone[i])
  redis.call('APPEND', trace_of .. gone[i + 1], gone[i + 2])
  unlisted[#unlisted + 1] = gone[i]
end
for i = 3, 5 do in_chunks('ZREM', KEYS[i], unlisted) end
if #gone > 0 then redis.call('HINCRBY', KEYS[1], 'forgotten', #unlisted) end
if ARGV[10] ~= '' then redis.call('RPUSH', KEYS[6], ARGV[10]) end
if ARGV[7] ~= '' then redis.call('RPUSH', KEYS[2], ARGV[7], ARGV[8]) end
return redis.call('HMGET', KEYS[1], 'token', 'version')
`);
