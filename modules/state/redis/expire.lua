-- Removes records whose time has come, some at a time. ARGV: prefix, how many. Returns how many ms there is nothing to do: 0 when
-- others are due, -1 when no record has a time to live.
local t = now()
for _, id in ipairs(redis.call('ZRANGEBYSCORE', P .. 'due', '-inf', t, 'LIMIT', 0, ARGV[2])) do
  local colon = string.find(id, ':', 1, true)
  local length = tonumber(string.sub(id, 1, colon - 1))
  local space, key = string.sub(id, colon + 1, colon + length), string.sub(id, colon + length + 1)
  if destroy(space, key, 3) == 0 then redis.call('ZREM', P .. 'due', id) end
end
local first = redis.call('ZRANGE', P .. 'due', 0, 0, 'WITHSCORES')
if #first == 0 then return -1 end
return math.max(0, tonumber(first[2]) - t)
