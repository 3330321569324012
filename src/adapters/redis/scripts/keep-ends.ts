/**
 * Lua: keep_ends(lane, from) stores the pairs of output topic and end in ARGV from that place on. An end never goes
 * back: a late repeat of an older call must not undo a newer one. Ends stay text, since Lua prints large numbers rounded.
 */
export const KEEP_ENDS = `
local function keep_ends(lane, from)
  for i = from, #ARGV, 2 do
    local field = 'end:' .. ARGV[i]
    local kept = redis.call('HGET', lane, field)
    if not kept or tonumber(ARGV[i + 1]) > tonumber(kept) then redis.call('HSET', lane, field, ARGV[i + 1]) end
  end
end
`;
