-- Reads records. ARGV: prefix, how, space, then for get the keys; for list the tag, the key before the first, the limit; for
-- count the tags. A list ends with the present sequence number.
local how, space = ARGV[2], ARGV[3]
local function set(tag)
  if tag == '' then return P .. 's:' .. space end
  return tagKey(space, tag)
end
local out, keys = {}, {}
if how == 'count' then
  for i = 4, #ARGV do out[i - 3] = redis.call('ZCARD', set(ARGV[i])) end
  return out
elseif how == 'get' then
  for i = 4, #ARGV do keys[i - 3] = ARGV[i] end
else
  local from = '-'
  if ARGV[5] ~= '' then from = '(' .. ARGV[5] end
  keys = redis.call('ZRANGEBYLEX', set(ARGV[4]), from, '+', 'LIMIT', 0, ARGV[6])
end
for _, key in ipairs(keys) do
  local f = redis.call('HMGET', P .. 'r:' .. rid(space, key), 'n', 't', 'v', 'g')
  if f[1] then
    out[#out + 1] = encode(1, key, {version = f[1], ttl = f[2], value = f[3], packed = f[4]})
  end
end
if how == 'list' then out[#out + 1] = redis.call('GET', P .. 'seq') end
return out
