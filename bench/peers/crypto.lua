-- crypto.lua: signatures by OpenSSL through LuaJIT's FFI, as lua-resty-openssl
-- makes them: keys are parsed once and kept, a digest context per signature.

local ffi = require "ffi"
local C = ffi.C

ffi.cdef [[
typedef struct evp_pkey_st EVP_PKEY;
typedef struct evp_md_ctx_st EVP_MD_CTX;
typedef struct evp_md_st EVP_MD;
typedef struct evp_pkey_ctx_st EVP_PKEY_CTX;
typedef struct bio_st BIO;
BIO *BIO_new_mem_buf(const void *buf, int len);
int BIO_free(BIO *a);
EVP_PKEY *PEM_read_bio_PrivateKey(BIO *bp, EVP_PKEY **x, void *cb, void *u);
void EVP_PKEY_free(EVP_PKEY *key);
EVP_MD_CTX *EVP_MD_CTX_new(void);
void EVP_MD_CTX_free(EVP_MD_CTX *ctx);
const EVP_MD *EVP_get_digestbyname(const char *name);
int EVP_DigestSignInit(EVP_MD_CTX *ctx, EVP_PKEY_CTX **pctx,
    const EVP_MD *type, void *e, EVP_PKEY *pkey);
int EVP_DigestSign(EVP_MD_CTX *ctx, unsigned char *sig, size_t *siglen,
    const unsigned char *tbs, size_t tbslen);
int EVP_PKEY_CTX_set_rsa_padding(EVP_PKEY_CTX *ctx, int pad);
int EVP_PKEY_CTX_set_rsa_pss_saltlen(EVP_PKEY_CTX *ctx, int len);
unsigned char *HMAC(const EVP_MD *evp_md, const void *key, int key_len,
    const unsigned char *d, size_t n, unsigned char *md,
    unsigned int *md_len);
]]

local M = {}

-- what each algorithm needs; half: bytes of r and of s
local ALGORITHMS = {
    RS256 = { digest = "SHA256" },
    RS512 = { digest = "SHA512" },
    PS256 = { digest = "SHA256", pss = true },
    ES256 = { digest = "SHA256", half = 32 },
    ES384 = { digest = "SHA384", half = 48 },
    EdDSA = {},
    HS256 = { digest = "SHA256", secret = true },
}

local signature = ffi.new("unsigned char[1024]")
local length = ffi.new("size_t[1]")
local digest_length = ffi.new("unsigned int[1]")
local pctx = ffi.new("EVP_PKEY_CTX *[1]")


function M.parse(pem)
    local bio = C.BIO_new_mem_buf(pem, #pem)
    local key = C.PEM_read_bio_PrivateKey(bio, nil, nil, nil)
    C.BIO_free(bio)
    assert(key ~= nil, "not a private key")
    return ffi.gc(key, C.EVP_PKEY_free)
end


local digests = {}

local function digest(name)
    local md = digests[name]
    if md == nil then
        md = C.EVP_get_digestbyname(name)
        assert(md ~= nil, name)
        digests[name] = md
    end
    return md
end


local function padded(from, len, half)
    while len > half do     -- DER's leading zero
        from = from + 1
        len = len - 1
    end
    return string.rep("\0", half - len) .. ffi.string(from, len)
end


-- the DER of r and s to their bytes, as a JWS has them; below 128 bytes a
-- length is one byte
local function raw(half)
    local r_len = signature[3]
    local s_at = 4 + r_len + 2
    return padded(signature + 4, r_len, half)
           .. padded(signature + s_at, signature[s_at - 1], half)
end


function M.sign(key, name, text)
    local alg = ALGORITHMS[name]

    if alg.secret then
        C.HMAC(digest(alg.digest), key, #key, text, #text, signature,
               digest_length)
        return ffi.string(signature, digest_length[0])
    end

    local ctx = C.EVP_MD_CTX_new()
    local md = alg.digest and digest(alg.digest) or nil
    local ok = C.EVP_DigestSignInit(ctx, pctx, md, nil, key) == 1

    if ok and alg.pss then
        ok = C.EVP_PKEY_CTX_set_rsa_padding(pctx[0], 6) == 1
             and C.EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx[0], -1) == 1
    end

    length[0] = 1024
    ok = ok and C.EVP_DigestSign(ctx, signature, length, text, #text) == 1
    C.EVP_MD_CTX_free(ctx)
    assert(ok, "not signed")

    if alg.half then
        return raw(alg.half)
    end

    return ffi.string(signature, length[0])
end


return M
