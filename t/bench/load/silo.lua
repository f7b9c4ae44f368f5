-- wrk's requests to Silo.  wrk ... URL -- WORK CONNECTIONS USERS FIRST LAST [FIXED]
-- One connection a thread, so that a connection's requests follow one another in one script's state.
-- Each has items of its own (every CONNECTIONS-th), so that none is ever refused.
-- With TIMED in the environment, it also prints the rate, the median and the 99th percentile of the answers'
-- times, of what was asked TIMED seconds or more after the start.
local threads = {}
function setup(thread)
	threads[#threads + 1] = thread
	thread:set("number", #threads)
end

local work, connections, users, first, last, fixed
local n, item, user, body = 0, 0, 0, nil
local headers = {}

local function ask(method, path, body)
	headers[user] = headers[user] or { Authorization = "Bearer silo_u" .. user, ["Content-Type"] = "application/json" }
	return wrk.format(method, path, headers[user], body)
end
local function any()
	user = math.random(1, users)
	item = first + math.random(0, math.floor((last - first + 1) / connections) - 1) * connections + number - 1
end

local works = {}
-- A lock, then its release.
function works.pairs()
	n = n + 1
	if n % 2 == 1 then
		any()
		return ask("POST", "/api/items/B-" .. item .. "/lock")
	end
	return ask("DELETE", "/api/items/B-" .. item .. "/lock")
end
-- The lock of one item is renewed, by one user.
function works.hot()
	user = users
	return ask("POST", "/api/items/B-" .. first .. "/lock")
end
-- A hundred items at once, all or nothing.
function works.bulk()
	n = n + 1
	if n % 2 == 1 then
		local size, names = tonumber(fixed), {}
		any()
		item = first + math.random(0, math.floor((last - first + 1) / size / connections) - 1) * size * connections
			+ (number - 1) * size
		for i = 0, size - 1 do names[#names + 1] = '"B-' .. (item + i) .. '"' end
		body = '{"part_numbers":[' .. table.concat(names, ",") .. "]}"
		return ask("POST", "/api/locks", body)
	end
	return ask("DELETE", "/api/locks", body)
end
-- Item N is held by user 1 + N % 1000; the next one writes to it.
function works.refused()
	item = math.random(first, last)
	user = 1 + (item + 1) % users
	return ask("PUT", "/api/items/B-" .. item, '{"description":"mine"}')
end
function works.status()
	any()
	return ask("GET", "/api/items/B-" .. item .. "/lock")
end
function works.item()
	any()
	return ask("GET", "/api/items/B-" .. item)
end
-- Anybody looks up any item or its lock.
function works.lookups()
	user = math.random(1, users)
	return ask("GET", "/api/items/B-" .. math.random(1, last) .. (math.random(2) == 1 and "/lock" or ""))
end
-- Of a hundred operations, 80 are look-ups, 15 a lock and then its release, 5 a revision without a file.
local locked = false
function works.mixed()
	if locked then
		locked = false
		return ask("DELETE", "/api/items/B-" .. item .. "/lock")
	end
	local draw = math.random(100)
	if draw <= 80 then return works.lookups() end
	any()
	if draw <= 95 then
		locked = true
		return ask("POST", "/api/items/B-" .. item .. "/lock")
	end
	return ask("POST", "/api/items/B-" .. item .. "/revisions", '{"comment":"bench"}')
end
-- The same path each time, by anybody: lists, searches, hello.
function works.path()
	user = math.random(1, users)
	return ask("GET", fixed)
end

-- Times.  A connection asks again as soon as it has its answer, so an answer's time is that from one request
-- to the next.  wrk's own percentiles don't compare with pgbench's: it adds the requests that a client would
-- have made on schedule while it waited.  The rate is the sum of the connections' rates, since wrk starts them
-- one after another.  Counted in steps of 2 %, in microseconds.
local STEPS = 1 / math.log(1.02)
counts, began, ended = {}, 0, 0
function timed(next_request, lead)
	local ffi = require("ffi")
	ffi.cdef("struct moment { long s, ns; }; int clock_gettime(int, struct moment *);")
	local moment, monotonic, start, before = ffi.new("struct moment"), 1, nil, nil
	return function()
		ffi.C.clock_gettime(monotonic, moment)
		local now = tonumber(moment.s) * 1e6 + tonumber(moment.ns) / 1e3
		start = start or now
		if before and before >= start + lead * 1e6 then
			local step = math.floor(math.log(math.max(now - before, 1)) * STEPS)
			counts[step] = (counts[step] or 0) + 1
			if began == 0 then began = before end
			ended = now
		end
		before = now
		return next_request()
	end
end
function done()
	local all, steps, total, seen, rate = {}, {}, 0, 0, 0
	for _, thread in ipairs(threads) do
		local own = 0
		for step, count in pairs(thread:get("counts")) do
			if not all[step] then steps[#steps + 1] = step end
			all[step] = (all[step] or 0) + count
			own = own + count
		end
		total = total + own
		if own > 0 then rate = rate + own / (thread:get("ended") - thread:get("began")) * 1e6 end
	end
	if total == 0 then return end
	print("rate " .. rate)
	table.sort(steps)
	for _, step in ipairs(steps) do
		local before = seen
		seen = seen + all[step]
		for _, percent in ipairs({ 50, 99 }) do
			local rank = math.ceil(total * percent / 100)
			if before < rank and rank <= seen then
				print(string.format("p%d %.3f", percent, math.exp((step + 0.5) / STEPS) / 1e3))
			end
		end
	end
end

function init(args)
	work, connections, users = args[1], tonumber(args[2]), tonumber(args[3])
	first, last, fixed = tonumber(args[4]), tonumber(args[5]), args[6]
	math.randomseed(os.time() * 1000 + number)
	request = works[work]
	local lead = tonumber(os.getenv("TIMED"))
	if lead then request = timed(request, lead) end
end
