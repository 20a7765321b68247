-- token.lua: what the module does, written for lua-nginx-module: tokens with
-- the claims of its profile "service", minted, and from two caches.

local cjson = require "cjson"
local base64 = require "ngx.base64"
local lrucache = require "resty.lrucache"
local crypto = require "crypto"

local encode = base64.encode_base64url

local LIFETIME = 600
local REUSE = 300

local M = {}

local texts = {}
local keys = {}
local headers = {}
local lru = lrucache.new(1000)


-- by the master, which may read keys
function M.init(folder)
    for _, name in ipairs { "rsa2048", "rsa4096", "p256", "p384", "ed25519" } do
        local file = assert(io.open(folder .. name .. ".key", "rb"))
        texts[name] = file:read("*a")
        keys[name] = crypto.parse(texts[name])
        file:close()
    end
    local file = assert(io.open(folder .. "secret.key", "rb"))
    texts.secret = file:read("*a")
    keys.secret = texts.secret
    file:close()
end


local function header(key, alg)
    local name = key .. alg
    local text = headers[name]
    if text == nil then
        -- a thumbprint as kid has 43 characters
        text = encode(cjson.encode { typ = "JWT", alg = alg,
                                     kid = string.rep("k", 43) }) .. "."
        headers[name] = text
    end
    return text
end


local function make(key, name, alg, subject)
    local now = ngx.time()
    local text = header(name, alg) .. encode(cjson.encode {
        sub = subject, typ = "service", rnd = math.floor(ngx.now() * 1000),
        iat = now, exp = now + LIFETIME })
    return text .. "." .. encode(crypto.sign(key, alg, text)), now + LIFETIME
end


function M.mint(name, alg, subject)
    return make(keys[name], name, alg, subject)
end


function M.mint_parsed(name, alg, subject)
    local key = texts[name]
    if name ~= "secret" then
        key = crypto.parse(key)
    end
    return make(key, name, alg, subject)
end


function M.shared(alg, subject)
    local key = alg .. subject
    local token, expires = ngx.shared.tokens:get(key)
    if token == nil then
        token, expires = M.mint("rsa2048", alg, subject)
        ngx.shared.tokens:set(key, token, REUSE, expires)
    end
    return token, expires
end


function M.lru(alg, subject)
    local key = alg .. subject
    local entry = lru:get(key)
    if entry == nil then
        local token, expires = M.mint("rsa2048", alg, subject)
        entry = { token, expires }
        lru:set(key, entry, REUSE)
    end
    return entry[1], entry[2]
end


function M.answer(token, expires)
    local body = '{"access_token":"' .. token
                 .. '","token_type":"Bearer","expires_in":'
                 .. (expires - ngx.time()) .. '}'
    ngx.header.content_length = #body
    ngx.print(body)
end


return M
