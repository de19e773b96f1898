-- Makes all changes or none. ARGV: the prefix, then each change as its kind and its fields; a list is its length and its entries.
local at = 1
local function arg() at = at + 1; return ARGV[at] end
local function list()
  local out = {}
  for i = 1, tonumber(arg()) do out[i] = arg() end
  return out
end

local changes = {}
while at < #ARGV do
  local c = {kind = arg()}
  if c.kind == 'publish' then
    c.topic, c.payload = arg(), arg()
  elseif c.kind == 'append' then
    c.space, c.tags, c.keys, c.exceptTags, c.exceptKeys, c.item = arg(), list(), list(), list(), list(), arg()
  else
    c.space, c.key = arg(), arg()
    if c.kind == 'put' then c.value, c.ttl, c.ms = arg(), arg(), arg() end
    if c.kind ~= 'tag' then c.condition = arg() end
    if c.kind ~= 'delete' then c.add, c.remove = list(), list() end
  end
  changes[#changes + 1] = c
end

-- First look whether every change is possible, on a copy of what the records are.
local staged = {}
local function stage(c)
  local id = rid(c.space, c.key)
  local r = staged[id]
  if not r then
    r = load(id)
    staged[id] = r
  end
  return r
end
local function retag(r, c)
  local tags, count, same = {}, 0, true
  for tag in pairs(r.tags) do tags[tag] = true end
  for _, tag in ipairs(c.remove) do tags[tag] = nil end
  for _, tag in ipairs(c.add) do tags[tag] = true end
  for tag in pairs(tags) do
    count = count + 1
    if not r.tags[tag] then same = false end
  end
  for tag in pairs(r.tags) do
    if not tags[tag] then same = false end
  end
  r.tags = tags
  return count <= MAX_TAGS, same
end
for _, c in ipairs(changes) do
  if c.condition and c.condition ~= '' then
    local version = stage(c).version
    if version ~= c.condition then return redis.error_reply('CONFLICT ' .. version) end
  end
  if c.kind == 'put' then
    local r = stage(c)
    r.version = 'changed'
    if not retag(r, c) then return redis.error_reply('TOOLARGE') end
  elseif c.kind == 'tag' then
    local r = stage(c)
    if r.version ~= '0' then
      local fits, same = retag(r, c)
      if not fits then return redis.error_reply('TOOLARGE') end
      if not same then r.version = 'changed' end
    end
  elseif c.kind == 'delete' then
    staged[rid(c.space, c.key)] = {version = '0', tags = {}}
  end
end

-- Then make them. Nothing can fail from here on.
local function change(c)
  local id = rid(c.space, c.key)
  local r = load(id)
  if c.kind == 'tag' and r.version == '0' then return 0 end
  local before, existed = r.tags, r.version ~= '0'
  local _, same = retag(r, c)
  if c.kind == 'put' then r.value, r.ttl, r.ms = c.value, c.ttl, c.ms end
  renew(id, r.ms)
  if c.kind == 'tag' and same then return tonumber(r.version) end
  local packed = {}
  for tag in pairs(r.tags) do
    packed[#packed + 1] = pack(tag)
    if not before[tag] then redis.call('ZADD', tagKey(c.space, tag), 0, c.key) end
  end
  for tag in pairs(before) do
    if not r.tags[tag] then redis.call('ZREM', tagKey(c.space, tag), c.key) end
  end
  local version = nextVersion()
  r.version, r.packed = string.format('%.0f', version), table.concat(packed)
  redis.call('HSET', P .. 'r:' .. id, 'n', r.version, 'v', r.value, 't', r.ttl, 'm', r.ms, 'g', r.packed)
  if not existed then redis.call('ZADD', P .. 's:' .. c.space, 0, c.key) end
  announce(1, c.space, c.key, r)
  return version
end

local function deliver(space, key, entry, size)
  local id = rid(space, key)
  local record, queue = P .. 'r:' .. id, P .. 'q:' .. id
  local bytes = redis.call('HINCRBY', record, 'b', size)
  local items = redis.call('RPUSH', queue, entry)
  while items > MAX_ITEMS or bytes > MAX_BYTES do
    local gone = redis.call('LPOP', queue)
    items, bytes = items - 1, redis.call('HINCRBY', record, 'b', 8 - #gone)
    redis.call('HINCRBY', record, 'l', 1)
    if idOf(gone) <= tonumber(redis.call('HGET', record, 'u') or 0) then redis.call('HINCRBY', record, 'o', 1) end
  end
end

local function append(c)
  local seen, reached = {}, {}
  for _, tag in ipairs(c.exceptTags) do
    for _, key in ipairs(redis.call('ZRANGE', tagKey(c.space, tag), 0, -1)) do seen[key] = true end
  end
  for _, key in ipairs(c.exceptKeys) do seen[key] = true end
  for _, tag in ipairs(c.tags) do
    for _, key in ipairs(redis.call('ZRANGE', tagKey(c.space, tag), 0, -1)) do
      if not seen[key] then
        seen[key] = true
        reached[#reached + 1] = key
      end
    end
  end
  for _, key in ipairs(c.keys) do
    if not seen[key] and redis.call('EXISTS', P .. 'r:' .. rid(c.space, key)) == 1 then
      seen[key] = true
      reached[#reached + 1] = key
    end
  end
  if #reached == 0 then return 0 end
  local entry = struct.pack('>I8', nextVersion()) .. c.item
  local waiting = redis.call('SCARD', P .. 'waiting') > 0
  for _, key in ipairs(reached) do
    deliver(c.space, key, entry, #c.item)
    if waiting then wake(rid(c.space, key)) end
  end
  return #reached
end

local out = {}
for i, c in ipairs(changes) do
  out[i] = 0
  if c.kind == 'publish' then
    redis.call('PUBLISH', P .. 'p:' .. c.topic, c.payload)
  elseif c.kind == 'append' then
    out[i] = append(c)
  elseif c.kind == 'delete' then
    out[i] = destroy(c.space, c.key, 2)
  else
    out[i] = change(c)
  end
end
return out
