/** Lua: has_trace(traces, bytes) looks for eight bytes among those that were strung together. */
export const HAS_TRACE = `
local function has_trace(traces, bytes)
  local from = 1
  while true do
    local at = string.find(traces, bytes, from, true)
    if not at then return false end
    if at % 8 == 1 then return true end
    from = at + 1
  end
end
`;
