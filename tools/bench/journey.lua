-- New people, each of whom asks for a code, enters it, looks at the profile and activates a code.
--   wrk -s tools/bench/journey.lua ADDRESS -- PLAN
-- A line of PLAN: phone, forwarded address, the invite code to activate; parted by tabs.
-- Answers find their request by its X-Request-ID: number of the person, "-", number of the step.

local ffi = require("ffi")
ffi.cdef [[
    struct moment { long seconds, nanoseconds; };
    int clock_gettime(int clock, struct moment *now);
]]
local moment = ffi.new("struct moment")

local people, next_person, due = {}, 0, {}
local began, sent_at = {}, {} -- by person
refused, wrong, sample, finished = 0, 0, "", {}
step1, step2, step3, step4 = {}, {}, {}, {} -- ms
local steps = { step1, step2, step3, step4 }

local function now()
    ffi.C.clock_gettime(1, moment)
    return tonumber(moment.seconds) * 1e3 + tonumber(moment.nanoseconds) / 1e6
end

function init(args)
    for line in io.lines(args[1]) do
        local phone, address, code = line:match("^(.-)\t(.-)\t(.*)$")
        people[#people + 1] = { phone = phone, address = address, code = code }
    end
end

local function ask(person, step, path, body)
    local one = people[person]
    local headers = {
        ["Host"] = "127.0.0.1",
        ["X-Forwarded-For"] = one.address,
        ["X-Request-ID"] = string.format("%d-%d", person, step),
    }
    if one.access then headers["Authorization"] = "Bearer " .. one.access end
    if body then headers["Content-Type"] = "application/json" end
    due[#due + 1] = { person, wrk.format(body and "POST" or "GET", path, headers, body) }
end

-- What follows each step, if its answer is right.
local function follow(person, step, body)
    local one = people[person]
    if step == 1 then
        local code, ticket = body:match('"code":"(%d+)"'), body:match('"ticket":"([^"]+)"')
        if not code or not ticket then return false end
        ask(person, 2, "/api/v1/auth/token/", string.format(
            '{"phone":"%s","code":"%s","ticket":"%s"}', one.phone, code, ticket))
    elseif step == 2 then
        one.access = body:match('"access":"([^"]+)"')
        if not one.access or not body:find('"is_new_user":true', 1, true) then return false end
        ask(person, 3, "/api/v1/profile/")
    elseif step == 3 then
        if not body:find(one.phone, 1, true) then return false end
        ask(person, 4, "/api/v1/profile/activate/", '{"invite_code":"' .. one.code .. '"}')
    else
        finished[#finished + 1] = now() - began[person]
        return body:find('"activated_invite_code":"' .. one.code, 1, true) ~= nil
    end
    return true
end

function request()
    if #due == 0 then
        next_person = next_person + 1
        began[next_person] = now()
        ask(next_person, 1, "/api/v1/auth/code/", '{"phone":"' .. people[next_person].phone .. '"}')
    end
    local person, text = unpack(table.remove(due, 1))
    sent_at[person] = now()
    return text
end

function response(status, headers, body)
    local person, step = (headers["X-Request-ID"] or "0-0"):match("^(%d+)-(%d+)$")
    person, step = tonumber(person), tonumber(step)
    if status == 503 and body:find('"unavailable"', 1, true) then
        refused = refused + 1
        return
    end
    if steps[step] then table.insert(steps[step], now() - sent_at[person]) end
    if status ~= 200 or not steps[step] or not follow(person, step, body) then
        wrong = wrong + 1
        if sample == "" then sample = status .. " " .. body:sub(1, 200) end
    end
end

local threads = {}
function setup(thread) threads[#threads + 1] = thread end

local function percentiles(values)
    if #values == 0 then return "[0, 0]" end
    table.sort(values)
    return string.format("[%.3f, %.3f]", values[math.ceil(#values * 0.5)],
        values[math.ceil(#values * 0.99)])
end

function done(summary)
    local thread, errors = threads[1], summary.errors
    local finished = thread:get("finished")
    local parts = {}
    for number = 1, 4 do parts[number] = percentiles(thread:get("step" .. number)) end
    io.write(string.format(
        'RESULT {"finished": %d, "refused": %d, "seconds": %.3f, "wrong": %d, "failed": %d, "whole": %s, "steps": [%s]}\n',
        #finished, thread:get("refused"), summary.duration / 1e6, thread:get("wrong"),
        errors.connect + errors.read + errors.write + errors.timeout,
        percentiles(finished), table.concat(parts, ", ")))
    io.write("SAMPLE " .. thread:get("sample") .. "\n")
end
