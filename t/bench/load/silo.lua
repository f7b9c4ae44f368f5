-- wrk's requests to Silo.  wrk ... URL -- WORK CONNECTIONS USERS FIRST LAST [FIXED]
-- One connection a thread, so that a connection's requests follow one another in one script's state.
-- Each has items of its own (every CONNECTIONS-th), so that none is ever refused.
local made = 0
function setup(thread)
	made = made + 1
	thread:set("number", made)
end

local work, connections, users, first, last, fixed
local n, item, user, body = 0, 0, 0, nil
local headers = {}

local function ask(method, path, body)
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
-- The same path each time, by anybody: lists, searches, hello.
function works.path()
	user = math.random(1, users)
	return ask("GET", fixed)
end

function init(args)
	work, connections, users = args[1], tonumber(args[2]), tonumber(args[3])
	first, last, fixed = tonumber(args[4]), tonumber(args[5]), args[6]
	math.randomseed(os.time() * 1000 + number)
	for u = 1, users do
		headers[u] = { Authorization = "Bearer silo_u" .. u, ["Content-Type"] = "application/json" }
	end
	request = works[work]
end
