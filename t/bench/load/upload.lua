-- wrk's uploads of different files of one size.  wrk ... URL -- METHOD PATH BYTES [QUERY]
-- PATH has a %d for the number of the item or folder; a second one becomes the number of the file in it.
local made = 0
function setup(thread)
	made = made + 1
	thread:set("number", made)
end

local method, path, query, filler, n
function init(args)
	method, path, query, n = args[1], args[2], args[4] or "", 0
	math.randomseed(os.time() * 1000 + number)
	filler = string.rep("x", tonumber(args[3]) - 32)
end
function request()
	n = n + 1
	local mark = string.format("%8d%12d%12d", number, n, math.random(1, 999999999))
	return wrk.format(method, string.format(path, number, n) .. query,
		{ Authorization = "Bearer silo_u1", ["Content-Type"] = "application/octet-stream" }, mark .. filler)
end
