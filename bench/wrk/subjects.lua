-- subjects.lua PATH COUNT [random|START]: PATH1, PATH2, … PATHCOUNT and again,
-- or in no order; each thread of wrk has its own count, so there must be one

local path, count, random, at

function init(args)
    path = args[1]
    count = tonumber(args[2])
    random = args[3] == "random"
    at = tonumber(args[3]) or 0
end

function request()
    if random then
        at = math.random(count)
    else
        at = at % count + 1
    end
    return wrk.format("GET", path .. at)
end
