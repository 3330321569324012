import { IN_CHUNKS } from './in-chunks.js';

/**
 * Lua: a sorted set in leaves, as a B+ tree has them. Redis keeps a set of few members in one piece of memory, some fifteen bytes a member
 * beside its name instead of a hundred. Texts are told apart by their bytes.
 *
 * A set is { names, leaf, first }: `names` is the key of a sorted set, all of score 0, of the first text that belongs into each leaf but the
 * first one, which is called ''; `leaf` begins the keys of leaves, their names follow. Where members have scores that matter, `first` is the key
 * of a sorted set of leaves by their lowest score; 'inf' is no score there.
 *
 * A leaf is split before it has more members than zset-max-listpack-entries allows by default (128). One that is empty goes, others are not
 * joined again: where ids are random, new ones fill what was left, and where they ascend, whole leaves empty.
 */
export const LEAVES = `${IN_CHUNKS}
local FULL = 64      -- members of a leaf, beyond which it is split
local ADDED = 32     -- members that are added to one between two looks at how many it has
local byte = string.byte

-- With how many bytes all members begin alike, of which each \`apart\` values from the first on is one.
local function alike(values, first, apart)
  local beginning = values[first]
  for i = first + apart, #values, apart do
    while string.sub(values[i], 1, #beginning) ~= beginning do beginning = string.sub(beginning, 1, -2) end
  end
  return #beginning
end

-- Lua's own comparison goes by the server's locale. Of these texts so many bytes are known to be alike.
local function before(a, b, known)
  local shorter = math.min(#a, #b)
  for i = known + 1, shorter do
    local x, y = byte(a, i), byte(b, i)
    if x ~= y then return x < y end
  end
  return #a < #b
end

local function leaf_of(set, member)
  return redis.call('ZREVRANGEBYLEX', set.names, '[' .. member, '-', 'LIMIT', 0, 1)[1] or ''
end

-- Values in groups of as many as \`size\`, the last of which is the member: { leaf, its values, how many it has }... A key of another type refuses.
local function by_leaf(set, values, size)
  local groups, of = {}, {}
  for i = size, #values, size do
    local leaf = leaf_of(set, values[i])
    local some = of[leaf]
    if not some then
      some = {}
      of[leaf] = some
      groups[#groups + 1] = { leaf, some, redis.call('ZCARD', set.leaf .. leaf) }
    end
    for j = i - size + 1, i do some[#some + 1] = values[j] end
  end
  return groups
end

-- A member, every second value, that is greater than at least one other; about half of them are.
local function middle(values, first, known)
  local sample = {}
  local apart = 2 * math.max(1, math.floor(#values / 2 / 8))
  for i = first, #values, apart do sample[#sample + 1] = values[i] end
  table.sort(sample, function(a, b) return before(a, b, known) end)
  return sample[math.floor(#sample / 2) + 1]
end

-- Moves all from this member on into a leaf of their own. Members of one score stand in the order of their bytes.
local function split_alike(set, leaf, at)
  redis.call('COPY', set.leaf .. leaf, set.leaf .. at)
  redis.call('ZREMRANGEBYLEX', set.leaf .. leaf, '[' .. at, '+')
  redis.call('ZREMRANGEBYLEX', set.leaf .. at, '-', '(' .. at)
end

local function split_scored(set, leaf, at, all, known)
  local moved, gone = {}, {}
  for i = 1, #all, 2 do
    if not before(all[i], at, known) then
      moved[#moved + 1] = all[i + 1]
      moved[#moved + 1] = all[i]
      gone[#gone + 1] = all[i]
    end
  end
  in_chunks('ZREM', set.leaf .. leaf, gone)
  in_chunks('ZADD', set.leaf .. at, moved)
end

-- Answers the new leaf. \`at\`: its first text, by default a member in the middle.
local function split(set, leaf, at)
  if set.first then
    local all, known = redis.call('ZRANGE', set.leaf .. leaf, 0, -1, 'WITHSCORES'), 0
    if not at then
      known = alike(all, 1, 2)
      at = middle(all, 1, known)
    end
    redis.call('UNLINK', set.leaf .. at)
    split_scored(set, leaf, at, all, known)
  else
    at = at or redis.call('ZRANGE', set.leaf .. leaf, FULL / 2, FULL / 2)[1]
    redis.call('UNLINK', set.leaf .. at)
    split_alike(set, leaf, at)
  end
  redis.call('ZADD', set.names, 0, at)
  return at
end

local function note_first(set, leaf)
  if not set.first then return end
  local lowest = redis.call('ZRANGE', set.leaf .. leaf, 0, 0, 'WITHSCORES')[2]
  if lowest and lowest ~= 'inf' then redis.call('ZADD', set.first, lowest, leaf) else redis.call('ZREM', set.first, leaf) end
end

-- Scores and members that belong into this leaf, which has so many.
local function fill(set, leaf, values, has)
  if #values > 2 * ADDED then
    local known = alike(values, 2, 2)
    local at, lower, upper = middle(values, 2, known), {}, {}
    for i = 2, #values, 2 do
      local side = before(values[i], at, known) and lower or upper
      side[#side + 1] = values[i - 1]
      side[#side + 1] = values[i]
    end
    split(set, leaf, at)
    fill(set, leaf, lower, redis.call('ZCARD', set.leaf .. leaf))
    fill(set, at, upper, redis.call('ZCARD', set.leaf .. at))
    return
  end
  has = has + redis.call('ZADD', set.leaf .. leaf, unpack(values))
  if has > FULL then note_first(set, split(set, leaf)) end
  note_first(set, leaf)
end

-- Groups of { score, member, score, member... }
local function put(set, groups)
  for _, group in ipairs(groups) do fill(set, group[1], group[2], group[3]) end
end

local function take(set, members)
  for _, group in ipairs(by_leaf(set, members, 1)) do
    local leaf = group[1]
    local gone = in_chunks('ZREM', set.leaf .. leaf, group[2])
    if gone == group[3] then redis.call('ZREM', set.names, leaf) end
    if gone > 0 then note_first(set, leaf) end
  end
end
`;
