-- wrk's script: each request is a random customer's, and every answer is looked at.
-- Arguments: file of the request with {token} in it, file of tokens (one a line), what an answer must hold,
-- what it must not hold, seed, and the rate: requests a second that are due whether or not answers come back,
-- 0 for as many as the connections carry.

local ffi = require("ffi")
ffi.cdef [[
  typedef struct { long seconds; long nanoseconds; } bench_time;
  int clock_gettime(int clock, bench_time *time);
]]
local CLOCK_MONOTONIC = 1
local REFUSED = { [429] = true, [503] = true }
local threads = {}

function setup(thread) table.insert(threads, thread) end

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("*a")
  file:close()
  return text
end

local function milliseconds()
  local time = ffi.new("bench_time")
  ffi.C.clock_gettime(CLOCK_MONOTONIC, time)
  return tonumber(time.seconds) * 1000 + tonumber(time.nanoseconds) / 1e6
end

-- The n-th request is due n / rate seconds after the first; whichever connection is free takes it.
local function keep_to(rate)
  local began, due = nil, 0
  function delay()
    local now = milliseconds()
    began = began or now
    local wait = began + due * 1000 / rate - now
    due = due + 1
    return math.max(0, math.floor(wait))
  end
end

function init(args)
  local template = read(args[1])
  local from, to = template:find("{token}", 1, true)
  head, tail = template:sub(1, from - 1), template:sub(to + 1)
  tokens = {}
  for token in read(args[2]):gmatch("[^\n]+") do tokens[#tokens + 1] = token end
  wanted, unwanted = args[3], args[4]
  math.randomseed(tonumber(args[5]))
  sent, right, refused, wrong, first_wrong = -1, 0, 0, 0, "" -- wrk looks at one request before it sends any
  if tonumber(args[6]) > 0 then keep_to(tonumber(args[6])) end
end

function request()
  sent = sent + 1
  return head .. tokens[math.random(#tokens)] .. tail
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

-- The latency that all but a hundredth of the right answers kept below, at the most: were all the slowest
-- answers right ones, it would be exact.
local function p99_of_right(latency, right, requests)
  if right == 0 then return 0 end
  return latency:percentile(100 - right / requests)
end

function done(summary, latency)
  local sent, right, refused, wrong, first = 0, 0, 0, 0, ""
  for _, thread in ipairs(threads) do
    sent, right, refused = sent + thread:get("sent"), right + thread:get("right"), refused + thread:get("refused")
    wrong = wrong + thread:get("wrong")
    if first == "" then first = thread:get("first_wrong") end
  end
  local errors = summary.errors
  io.write(string.format(
    '\nRESULT {"requests":%d,"sent":%d,"microseconds":%d,"right":%d,"refused":%d,"p50_us":%d,"p99_us":%d,'
      .. '"p99_right_us":%d,"connect":%d,"read":%d,"write":%d,"timeout":%d,"wrong":%d,"first_wrong":%s}\n',
    summary.requests, sent, summary.duration, right, refused, latency:percentile(50), latency:percentile(99),
    p99_of_right(latency, right, summary.requests),
    errors.connect, errors.read, errors.write, errors.timeout, wrong, quoted(first)))
end
