-- Takes items from a mailbox and renews its record. ARGV: prefix, space, key, bytes, whether to wait for the first item, the id up to
-- which items have arrived, whether to keep those that are returned.
-- Returns whether there are more, how many were lost, and the items.
local id, limit, upTo = rid(ARGV[2], ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[6])
local record, queue = P .. 'r:' .. id, P .. 'q:' .. id
local ms = redis.call('HGET', record, 'm')
if not ms then return redis.error_reply('NORECORD') end
if ms ~= '0' then renew(id, ms) end
if upTo > 0 then forget(id, upTo) end
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
local f = redis.call('HMGET', record, 'b', 'l')
local lost = tonumber(f[2] or 0)
if ARGV[7] == '1' then
  redis.call('HSET', record, 'u', idOf(entries[n]), 'o', lost)
else
  if more then
    redis.call('LTRIM', queue, n, -1)
  else
    redis.call('DEL', queue)
  end
  redis.call('HSET', record, 'b', tonumber(f[1]) - size, 'l', 0, 'o', 0)
end
local out = {more and 1 or 0, lost}
for i = 1, n do out[i + 2] = entries[i] end
return out
