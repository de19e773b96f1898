-- What the scripts share. Every key begins with the prefix P:
--   seq            the last version or item id
--   r:RID          a record: n version, v value, t time to live in ns, m the same in ms, g packed tags;
--                  of its mailbox b bytes, l lost, u the last id that was returned and kept, o those of l that an acknowledgement
--                  of u settles
--   q:RID          its mailbox, each entry 8 bytes of id and the data
--   s:SPACE        the keys of a space, in their order
--   t:RID          the keys that carry a tag; here RID is made of the space and the tag
--   due            when records end, in ms
--   waiting        records that a drain waits for
--   b:BOARD        a board: the negative score, and members as text that sorts like their numbers
-- and so do channels: e:SPACE (changes), p:TOPIC, w (a record that is waited for has news).
local P = ARGV[1]
local MAX_TAGS, MAX_ITEMS, MAX_BYTES = 1024, 4096, 262144

-- rid names a record so that no two have the same name, whatever bytes are in theirs.
local function rid(space, key) return #space .. ':' .. space .. key end
local function tagKey(space, tag) return P .. 't:' .. rid(space, tag) end
local function pack(text) return struct.pack('>I4c0', #text, text) end
local function nextVersion() return redis.call('INCR', P .. 'seq') end

local function now()
  local t = redis.call('TIME')
  return t[1] * 1000 + math.floor(t[2] / 1000)
end

local function idOf(entry) return (struct.unpack('>I8', entry)) end

local function load(id)
  local f = redis.call('HMGET', P .. 'r:' .. id, 'n', 'v', 't', 'm', 'g')
  local r = {version = f[1] or '0', value = f[2] or '', ttl = f[3] or '0', ms = f[4] or '0', packed = f[5] or '', tags = {}}
  local at = 1
  while at <= #r.packed do
    local tag, after = struct.unpack('>I4c0', r.packed, at)
    r.tags[tag], at = true, after
  end
  return r
end

-- encode is a record as it travels: type, version, ttl, key, value, tags.
local function encode(what, key, r)
  return pack(tostring(what)) .. pack(r.version) .. pack(r.ttl) .. pack(key) .. pack(r.value) .. r.packed
end

local function announce(what, space, key, r)
  redis.call('PUBLISH', P .. 'e:' .. space, encode(what, key, r))
end

local function renew(id, ms)
  if ms == '0' then
    redis.call('ZREM', P .. 'due', id)
  else
    redis.call('ZADD', P .. 'due', now() + tonumber(ms), id)
  end
end

local function wake(id)
  if redis.call('SREM', P .. 'waiting', id) == 1 then redis.call('PUBLISH', P .. 'w', id) end
end

-- forget removes the items up to an id from a mailbox.
local function forget(id, upTo)
  local record, queue = P .. 'r:' .. id, P .. 'q:' .. id
  local size, left = 0
  repeat
    local head, n = redis.call('LRANGE', queue, 0, 15), 0
    while n < #head and idOf(head[n + 1]) <= upTo do
      n = n + 1
      size = size + #head[n] - 8
    end
    if n > 0 then redis.call('LTRIM', queue, n, -1) end
    left = #head - n
  until n < 16
  local f = redis.call('HMGET', record, 'b', 'l', 'u', 'o')
  local bytes, lost, shown, told = tonumber(f[1] or 0) - size, tonumber(f[2] or 0), tonumber(f[3] or 0), tonumber(f[4] or 0)
  if left == 0 then
    lost, told = 0, 0 -- what pushed an item out would still be here, or its consumer has it and was told
  elseif upTo >= shown then
    lost, told = lost - told, 0
  end
  redis.call('HSET', record, 'b', bytes, 'l', lost, 'o', told)
end

-- destroy removes a record, because of what happened to it, and returns its last version; 0 when there is none.
local function destroy(space, key, what)
  local id = rid(space, key)
  local r = load(id)
  if r.version == '0' then return 0 end
  local version = nextVersion()
  redis.call('DEL', P .. 'r:' .. id, P .. 'q:' .. id)
  redis.call('ZREM', P .. 's:' .. space, key)
  for tag in pairs(r.tags) do redis.call('ZREM', tagKey(space, tag), key) end
  redis.call('ZREM', P .. 'due', id)
  r.version = string.format('%.0f', version)
  announce(what, space, key, r)
  wake(id)
  return version
end
