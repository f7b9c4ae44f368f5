-- wrk's LOCK and UNLOCK for the WebDAV servers.  wrk ... URL -- PREFIX FILES USERS
-- The name of a lock is in the answer to LOCK, so answers are looked at; one connection a thread.
local made = 0
function setup(thread)
	made = made + 1
	thread:set("number", made)
end

local body = [[<?xml version="1.0" encoding="utf-8"?><D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockinfo>]]
local prefix, files, users, user, path, held

-- Basic and uN:p in base64 (RFC 4648), made once for each user.
local alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
local function basic(text)
	local out = {}
	for at = 1, #text, 3 do
		local a, b, c = text:byte(at, at + 2)
		local bits = a * 65536 + (b or 0) * 256 + (c or 0)
		for place = 0, 3 do
			local six = math.floor(bits / 64 ^ (3 - place)) % 64
			local used = place < 2 or place == 2 and b or place == 3 and c
			out[#out + 1] = used and alphabet:sub(six + 1, six + 1) or "="
		end
	end
	return "Basic " .. table.concat(out)
end

function init(args)
	prefix, files, users = args[1], tonumber(args[2]), {}
	for n = 1, tonumber(args[3]) do
		users[n] = basic("u" .. n .. ":p")
	end
	math.randomseed(os.time() * 1000 + number)
end
function request()
	if held then
		return wrk.format("UNLOCK", path, { Authorization = user, ["Lock-Token"] = held })
	end
	local file = math.random(0, files - 1)
	user = users[math.random(1, #users)]
	path = prefix .. "/" .. math.floor(file / 100) .. "/f" .. file
	return wrk.format("LOCK", path, { Authorization = user, ["Content-Type"] = "text/xml", Timeout = "Second-3600" }, body)
end
function response(status, headers)
	if held then
		held = nil
	elseif status == 200 or status == 201 then
		held = headers["Lock-Token"]
	end
end
