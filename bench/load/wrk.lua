-- wrk's script: each request is from a random customer, and every answer is checked.
-- Arguments: file of the request with {token} in it, file of tokens (one per line), a text that an answer must
-- contain, a text that it must not contain, seed, and the share of requests that are sent again and again: the
-- others have one of so many languages that a customer hardly ever asks for the same one twice.

local REFUSED = { [429] = true, [503] = true }
local threads = {}

function setup(thread) table.insert(threads, thread) end

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("*a")
  file:close()
  return text
end

function init(args)
  local template = read(args[1])
  local from, to = template:find("{token}", 1, true)
  head, tail = template:sub(1, from - 1), template:sub(to + 1)
  tokens = {}
  for token in read(args[2]):gmatch("[^\n]+") do tokens[#tokens + 1] = token end
  wanted, unwanted = args[3], args[4]
  math.randomseed(tonumber(args[5]))
  again = tonumber(args[6])
  right, refused, wrong, first_wrong = 0, 0, 0, ""
end

function request()
  local language = "en"
  if math.random() >= again then language = "en, x-" .. math.random(500) .. ";q=0.1" end
  return head .. tokens[math.random(#tokens)] .. "\r\nAccept-Language: " .. language .. tail
end

function response(status, _, body)
  if status == 200 and body:find(wanted, 1, true) and not body:find(unwanted, 1, true) then
    right = right + 1
  elseif REFUSED[status] then
    refused = refused + 1
  else
    wrong = wrong + 1
    if first_wrong == "" then first_wrong = status .. " " .. body:sub(1, 400) end
  end
end

local function quoted(text)
  return '"' .. text:gsub('[%c"\\]', function(c) return string.format("\\u%04x", c:byte()) end) .. '"'
end

function done(summary, latency)
  local right, refused, wrong, first = 0, 0, 0, ""
  for _, thread in ipairs(threads) do
    right, refused, wrong = right + thread:get("right"), refused + thread:get("refused"), wrong + thread:get("wrong")
    if first == "" then first = thread:get("first_wrong") end
  end
  local errors = summary.errors
  io.write(string.format(
    '\nRESULT {"microseconds":%d,"right":%d,"refused":%d,"p50_us":%d,"p99_us":%d,'
      .. '"connect":%d,"read":%d,"write":%d,"timeout":%d,"wrong":%d,"first_wrong":%s}\n',
    summary.duration, right, refused, latency:percentile(50), latency:percentile(99),
    errors.connect, errors.read, errors.write, errors.timeout, wrong, quoted(first)))
end
