import { script } from '../script.js';
import { LEAVES } from './leaves.js';

/**
 * KEYS  1 names of leaves, 2 lane
 * ARGV  1 beginning of the leaves' keys, 2 what members begin with, 3 the member that was met last ('' for none), 4 how many members are asked for,
 *       5 '1' for those alone that have a score, 6 the first format that kept orders as it does (arrange-lane.ts)
 * Answers members after that one in no order, and of those that there are the first, at least as many as were asked for. Nothing where the lane
 * is of an older format, or still being arranged. Changes nothing.
 */
export const PAGE = script('page', `${LEAVES}
local kept = redis.call('HMGET', KEYS[2], 'format', 'arranging')
if kept[1] and (kept[2] or tonumber(kept[1]) < tonumber(ARGV[6])) then return false end
local set = { names = KEYS[1], leaf = ARGV[1] }
local beginning, last, limit, scored = ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5] == '1'
local found = {}

local function collect(leaf)
  local members = redis.call('ZRANGE', set.leaf .. leaf, 0, -1, 'WITHSCORES')
  for i = 1, #members, 2 do
    local member = members[i]
    if string.sub(member, 1, #beginning) == beginning and (last == '' or before(last, member, 0)) and not (scored and members[i + 1] == 'inf') then
      found[#found + 1] = member
    end
  end
end

local leaf = leaf_of(set, last == '' and beginning or last)
-- No text is greater than one of bytes of 255, which none in UTF-8 has.
local beyond = '(' .. beginning .. '\\255'
collect(leaf)
while #found < limit do
  local some = redis.call('ZRANGEBYLEX', set.names, '(' .. leaf, beyond, 'LIMIT', 0, 16)
  if #some == 0 then break end
  for _, name in ipairs(some) do
    collect(name)
    if #found >= limit then break end
  end
  leaf = some[#some]
end
return found
`);
