-- Sends the requests of a plan in turn and checks every answer.
--   wrk -s tools/bench/load.lua ADDRESS -- PLAN FIRST PAUSE
-- A line of PLAN: path, token, forwarded address, body, phone, all that the answer for that phone
-- (without one: any answer) must contain; parted by tabs, empty where there is none.

local ffi = require("ffi")
ffi.cdef [[
    struct moment { long seconds, nanoseconds; };
    int clock_gettime(int clock, struct moment *now);
]]
local moment = ffi.new("struct moment")

local requests, phones, due, first, sent = {}, {}, {}, 0, 0
local sent_at = {} -- by phone
answered, refused, wrong, sample = 0, 0, 0, ""
latencies = {} -- ms, of answers that name their phone

local function now()
    ffi.C.clock_gettime(1, moment)
    return tonumber(moment.seconds) * 1e3 + tonumber(moment.nanoseconds) / 1e6
end

function init(args)
    first = tonumber(args[2])
    local pause = tonumber(args[3]) -- ms of each client before each request
    if pause > 0 then function delay() return pause end end
    for line in io.lines(args[1]) do
        local path, token, address, body, phone, must =
            line:match("^(.-)\t(.-)\t(.-)\t(.-)\t(.-)\t(.*)$")
        local headers = { ["Host"] = "127.0.0.1", ["X-Forwarded-For"] = address }
        if token ~= "" then headers["Authorization"] = "Bearer " .. token end
        if body ~= "" then headers["Content-Type"] = "application/json" end
        requests[#requests + 1] =
            wrk.format(body == "" and "GET" or "POST", path, headers, body ~= "" and body or nil)
        phones[#requests], due[phone] = phone, {}
        for part in must:gmatch("[^\t]+") do table.insert(due[phone], part) end
    end
end

function request()
    sent = sent + 1
    local number = (first + sent - 1) % #requests + 1
    sent_at[phones[number]] = now()
    return requests[number]
end

local function right(status, body, phone)
    local must = due[phone] or due[""]
    if status ~= 200 or not must then return false end
    for _, part in ipairs(must) do
        if not body:find(part, 1, true) then return false end
    end
    return true
end

function response(status, headers, body)
    if status == 503 and body:find('"unavailable"', 1, true) then
        refused = refused + 1
        return
    end
    answered = answered + 1
    local phone = body:match('"phone":"(%+%d+)"') or ""
    if due[phone] and phone ~= "" then latencies[#latencies + 1] = now() - sent_at[phone] end
    if not right(status, body, phone) then
        wrong = wrong + 1
        if sample == "" then sample = status .. " " .. body:sub(1, 200) end
    end
end

local threads = {}
function setup(thread) threads[#threads + 1] = thread end

function done(summary, latency)
    local thread = threads[1]
    local failed = summary.errors.connect + summary.errors.read + summary.errors.write
        + summary.errors.timeout
    local own = thread:get("latencies") -- without those of refusals, which wrk counts, too
    table.sort(own)
    local function percentile(share)
        if #own == 0 then return latency:percentile(share) / 1e3 end
        return own[math.ceil(#own * share / 100)]
    end
    io.write(string.format(
        'RESULT {"answered": %d, "refused": %d, "seconds": %.3f, "wrong": %d, "failed": %d, "p50": %.3f, "p99": %.3f}\n',
        thread:get("answered"), thread:get("refused"), summary.duration / 1e6, thread:get("wrong"), failed,
        percentile(50), percentile(99)))
    io.write("SAMPLE " .. thread:get("sample") .. "\n")
end
