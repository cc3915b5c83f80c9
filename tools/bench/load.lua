-- Sends the requests of a plan in turn and checks every answer.
--   wrk -s tools/bench/load.lua ADDRESS -- PLAN FIRST
-- A line of PLAN: path, token, forwarded address, body, phone, all that the answer for that phone
-- (without one: any answer) must contain; parted by tabs, empty where there is none.

local requests, due, first, sent = {}, {}, 0, 0
answered, wrong, sample = 0, 0, ""

function init(args)
    first = tonumber(args[2])
    for line in io.lines(args[1]) do
        local path, token, address, body, phone, must =
            line:match("^(.-)\t(.-)\t(.-)\t(.-)\t(.-)\t(.*)$")
        local headers = { ["Host"] = "127.0.0.1", ["X-Forwarded-For"] = address }
        if token ~= "" then headers["Authorization"] = "Bearer " .. token end
        if body ~= "" then headers["Content-Type"] = "application/json" end
        requests[#requests + 1] =
            wrk.format(body == "" and "GET" or "POST", path, headers, body ~= "" and body or nil)
        due[phone] = {}
        for part in must:gmatch("[^\t]+") do table.insert(due[phone], part) end
    end
end

function request()
    sent = sent + 1
    return requests[(first + sent - 1) % #requests + 1]
end

local function right(status, body)
    local must = due[body:match('"phone":"(%+%d+)"') or ""] or due[""]
    if status ~= 200 or not must then return false end
    for _, part in ipairs(must) do
        if not body:find(part, 1, true) then return false end
    end
    return true
end

function response(status, headers, body)
    answered = answered + 1
    if not right(status, body) then
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
    io.write(string.format(
        'RESULT {"answered": %d, "seconds": %.3f, "wrong": %d, "failed": %d, "p50": %.3f, "p99": %.3f}\n',
        thread:get("answered"), summary.duration / 1e6, thread:get("wrong"), failed,
        latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
    io.write("SAMPLE " .. thread:get("sample") .. "\n")
end
