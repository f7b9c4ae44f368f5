-- wrk's LOCK and UNLOCK for the WebDAV servers.  wrk ... URL -- PREFIX FILES
-- The name of a lock is in the answer to LOCK, so answers are looked at; one connection a thread.
local made = 0
function setup(thread)
	made = made + 1
	thread:set("number", made)
end

local body = [[<?xml version="1.0" encoding="utf-8"?><D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockinfo>]]
local prefix, files, path, held

function init(args)
	prefix, files = args[1], tonumber(args[2])
	math.randomseed(os.time() * 1000 + number)
end
function request()
	local user = "Basic dTpw" -- u:p
	if held then
		return wrk.format("UNLOCK", path, { Authorization = user, ["Lock-Token"] = held })
	end
	local file = math.random(0, files - 1)
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
