-- Forgets items that have arrived. ARGV: prefix, space, then a key and the id up to which items of its mailbox have arrived, and so on.
for i = 3, #ARGV, 2 do
  local id = rid(ARGV[2], ARGV[i])
  if redis.call('EXISTS', P .. 'r:' .. id) == 1 then forget(id, tonumber(ARGV[i + 1])) end
end
return 0
