/** Lua: in_chunks(command, key, values) gives a command its values, some at a time; answers the sum of its answers. */
export const IN_CHUNKS = `
local CHUNK = 1000   -- unpack fails beyond some 8,000 values
local function in_chunks(command, key, values)
  local sum = 0
  for i = 1, #values, CHUNK do
    sum = sum + redis.call(command, key, unpack(values, i, math.min(i + CHUNK - 1, #values)))
  end
  return sum
end
`;
