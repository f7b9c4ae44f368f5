-- wrk's renewals of one lock of a WebDAV server, by the user who holds it.  wrk ... URL -- PATH LOCK
-- RFC 4918, 9.10.2: a LOCK without a body, with the name of the lock in If.
local path, headers
function init(args)
	path = args[1]
	headers = { Authorization = "Basic dTE6cA==", If = "(" .. args[2] .. ")", Timeout = "Second-3600" }
end
function request()
	return wrk.format("LOCK", path, headers)
end
