#!/usr/bin/python3
"""verify.py JWKS [name=value...] < TOKEN

Verifies a token with PyJWT against a JWKS (a file, or a URL on this machine)
and prints its header and claims, one JSON object per line, keys sorted.

audience=A, issuer=I, algorithm=ALG: what must be so; without them an audience
is not checked, and only the algorithms that the module can sign with pass.
kid=optional: take the only key of a JWKS for a token without kid.
by=pyjwt,jwcrypto,openssl: all of these must accept it (default: pyjwt);
jwcrypto also computes the RFC 7638 thumbprint that kid must be.
secret=FILE: the key of an HMAC algorithm; then kid is not looked up.

Ends with 1 and one line on stderr when the token must be refused.
"""

import json
import os
import subprocess
import sys
import tempfile
import urllib.request

import jwt
from cryptography.hazmat.primitives.asymmetric import utils
from cryptography.hazmat.primitives.serialization import (Encoding,
                                                          PublicFormat)

ALGORITHMS = [family + bits for family in ("RS", "PS", "ES")
              for bits in ("256", "384", "512")] + ["EdDSA", "Ed25519"]

# RFC 9864's name, which PyJWT and jwcrypto do not know yet
jwt.register_algorithm("Ed25519", jwt.algorithms.OKPAlgorithm())


def read_jwks(where):
    if where.startswith("http://"):
        # a proxy of the environment has nothing to do with a local server
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(where, timeout=5) as answer:
            return json.load(answer)
    with open(where, encoding="utf-8") as file:
        return json.load(file)


def find_key(jwks, header, optional):
    keys = jwks["keys"]
    for key in keys:
        if not {"d", "p", "q", "dp", "dq", "qi", "k"}.isdisjoint(key):
            raise ValueError("the JWKS has a private member")
    if "kid" in header:
        found = [key for key in keys if key.get("kid") == header["kid"]]
    else:
        found = keys if optional else []
    if len(found) != 1:
        raise ValueError("%d keys of the JWKS fit" % len(found))
    if found[0].get("use", "sig") != "sig":
        raise ValueError("the key is not for signatures")
    if found[0].get("alg", header["alg"]) != header["alg"]:
        raise ValueError("the key is for another algorithm")
    return found[0]


def by_pyjwt(token, jwk, alg, want):
    if "secret" in want:
        key = want["secret"]
    else:
        known = "EdDSA" if alg == "Ed25519" else alg
        key = jwt.PyJWK(jwk, algorithm=known).key
    return jwt.decode(
        token, key, algorithms=[alg],
        audience=want.get("audience"), issuer=want.get("issuer"),
        options={"verify_aud": "audience" in want})


def by_jwcrypto(token, jwk, alg, want):
    # imported where it is asked for: it takes as long as all the rest
    from jwcrypto import common, jwk as jwks, jws

    if "secret" in want:
        key = jwks.JWK(kty="oct", k=common.base64url_encode(want["secret"]))
    else:
        key = jwks.JWK(**{name: jwk[name] for name in jwk if name != "alg"})
        if key.thumbprint() != jwk["kid"]:
            raise ValueError("kid is not the thumbprint %s" % key.thumbprint())
    signed = jws.JWS()
    signed.allowed_algs = [alg]
    signed.deserialize(token)
    try:
        signed.verify(key)
    except common.JWException as error:
        raise ValueError("jwcrypto: %s" % error) from error
    return json.loads(signed.payload)


def by_openssl(token, jwk, alg, _want):
    """The openssl command, for what it can do: no HMAC, no JWS by itself."""
    signed, _, signature = token.rpartition(".")
    signature = jwt.utils.base64url_decode(signature)
    pem = jwt.PyJWK(jwk, algorithm="EdDSA" if alg == "Ed25519" else alg).key
    pem = pem.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    if alg.startswith("ES"):
        half = len(signature) // 2
        if half != {"ES256": 32, "ES384": 48, "ES512": 66}[alg]:
            raise ValueError("the signature has %d bytes" % len(signature))
        signature = utils.encode_dss_signature(
            int.from_bytes(signature[:half], "big"),
            int.from_bytes(signature[half:], "big"))

    with tempfile.TemporaryDirectory() as folder:
        for name, data in (("key", pem), ("sig", signature),
                           ("in", signed.encode())):
            with open(os.path.join(folder, name), "wb") as file:
                file.write(data)
        if alg.startswith("Ed"):
            command = ["pkeyutl", "-verify", "-pubin", "-inkey", "key",
                       "-rawin", "-in", "in", "-sigfile", "sig"]
        else:
            command = ["dgst", "-sha" + alg[2:], "-verify", "key",
                       "-signature", "sig"]
            if alg.startswith("PS"):
                command += ["-sigopt", "rsa_padding_mode:pss",
                            "-sigopt", "rsa_pss_saltlen:digest"]
            command.append("in")
        ran = subprocess.run(["openssl"] + command, cwd=folder, check=False,
                             capture_output=True)
    if ran.returncode != 0:
        raise ValueError("openssl: %s" % (ran.stdout + ran.stderr).decode())
    return json.loads(jwt.utils.base64url_decode(signed.partition(".")[2]))


VERIFIERS = {"pyjwt": by_pyjwt, "jwcrypto": by_jwcrypto,
             "openssl": by_openssl}


def main():
    want = dict(arg.split("=", 1) for arg in sys.argv[2:])
    token = sys.stdin.read().strip()
    try:
        header = jwt.get_unverified_header(token)
        alg = want.get("algorithm", header["alg"])
        if alg != header["alg"]:
            raise ValueError("the token is signed with %s" % header["alg"])
        if "secret" in want:
            if not alg.startswith("HS"):
                raise ValueError("a secret is for HMAC only")
            with open(want["secret"], "rb") as file:
                want["secret"] = file.read()
            jwk = None
        else:
            if alg not in ALGORITHMS:
                raise ValueError("unknown algorithm %s" % alg)
            jwk = find_key(read_jwks(sys.argv[1]), header,
                           want.get("kid") == "optional")
        results = [VERIFIERS[name](token, jwk, alg, want)
                   for name in want.get("by", "pyjwt").split(",")]
        claims = results[0]
        if any(other != claims for other in results):
            raise ValueError("the verifiers do not read the same claims")
    except (jwt.PyJWTError, ValueError, KeyError, OSError) as error:
        print("refused: %s: %s" % (type(error).__name__, error),
              file=sys.stderr)
        return 1
    for part in (header, claims):
        print(json.dumps(part, sort_keys=True, separators=(",", ":")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
