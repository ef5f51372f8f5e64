-- Finds the partition of a token's customer, as Kafka's own partitioner does: murmur2 over brand:customer.

local MASK, M = 0xffffffff, 0x5bd1e995

local function murmur2(data)
  local length = #data
  local hash, at = (0x9747b28c ~ length) & MASK, 1
  while length - at + 1 >= 4 do
    local k = (string.unpack("<I4", data, at) * M) & MASK
    k = ((k ~ (k >> 24)) * M) & MASK
    hash = ((hash * M) & MASK) ~ k
    at = at + 4
  end
  local left = length - at + 1
  if left >= 3 then hash = hash ~ (data:byte(at + 2) << 16) end
  if left >= 2 then hash = hash ~ (data:byte(at + 1) << 8) end
  if left >= 1 then hash = ((hash ~ data:byte(at)) * M) & MASK end
  hash = ((hash ~ (hash >> 13)) * M) & MASK
  return hash ~ (hash >> 15)
end

local PLAIN = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t" }

-- Returns the text of a JSON string whose opening quote is at `at`, and the place after its closing quote.
local function read_string(json, at)
  local parts = {}
  at = at + 1
  while true do
    local stop = json:find('["\\]', at)
    if not stop then return nil end
    parts[#parts + 1] = json:sub(at, stop - 1)
    if json:sub(stop, stop) == '"' then return table.concat(parts), stop + 1 end
    local escaped = json:sub(stop + 1, stop + 1)
    at = stop + 2
    if escaped == "u" then
      local code = tonumber(json:match("^%x%x%x%x", at) or "", 16)
      if not code then return nil end
      at = at + 4
      if code >= 0xd800 and code < 0xdc00 then
        local low = tonumber(json:match("^\\u(%x%x%x%x)", at) or "", 16)
        if not low then return nil end
        code, at = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00), at + 6
      end
      parts[#parts + 1] = utf8.char(code)
    else
      parts[#parts + 1] = PLAIN[escaped] or escaped
    end
  end
end

-- Returns the members of an object that are strings; those of objects and lists within it are no part of it.
local function strings_of(json)
  local found, depth, at, name = {}, 0, 1, nil
  while true do
    local stop = json:find('["{}%[%],]', at)
    if not stop then return found end
    local sign = json:sub(stop, stop)
    at = stop + 1
    if sign == '"' then
      local text
      text, at = read_string(json, stop)
      if not text then return {} end
      if depth == 1 and json:find("^%s*:", at) then name = text
      elseif depth == 1 and name then found[name], name = text, nil end
    elseif sign == "{" or sign == "[" then depth = depth + 1
    elseif sign == "," then if depth == 1 then name = nil end
    else depth = depth - 1 end
  end
end

-- The partition of the customer whose token has this payload; -1 if it names none.
core.register_converters("partition", function(payload)
  local claims = strings_of(payload or "")
  if not (claims.brand and claims.sub) then return -1 end
  return (murmur2(claims.brand .. ":" .. claims.sub) & 0x7fffffff) % PARTITIONS
end)

-- A request of the wrong cell waits a moment, for the map may be about to change.
core.register_action("pause", { "http-req" }, function()
  core.msleep(PAUSE)
end)
