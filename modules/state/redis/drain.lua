-- Takes items from a mailbox and renews its record. ARGV: prefix, space, key, bytes, whether to wait for the first item.
-- Returns whether there are more, how many were lost, and the items.
local id, limit = rid(ARGV[2], ARGV[3]), tonumber(ARGV[4])
local record, queue = P .. 'r:' .. id, P .. 'q:' .. id
local f = redis.call('HMGET', record, 'm', 'b', 'l')
if not f[1] then return redis.error_reply('NORECORD') end
if f[1] ~= '0' then renew(id, f[1]) end
local entries = redis.call('LRANGE', queue, 0, -1)
if #entries == 0 then
  if ARGV[5] == '1' then redis.call('SADD', P .. 'waiting', id) end
  return {0, 0}
end
local n, size = 1, #entries[1] - 8
while n < #entries and size + #entries[n + 1] - 8 <= limit do
  n = n + 1
  size = size + #entries[n] - 8
end
local more = n < #entries
if more then
  redis.call('LTRIM', queue, n, -1)
else
  redis.call('DEL', queue)
end
redis.call('HSET', record, 'b', tonumber(f[2]) - size, 'l', 0)
local out = {more and 1 or 0, tonumber(f[3] or 0)}
for i = 1, n do out[i + 2] = entries[i] end
return out
