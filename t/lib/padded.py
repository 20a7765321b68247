#!/usr/bin/python3
"""padded.py PATH: keys for t/keys/jwks.t.

PATH-x.pem and PATH-y.pem: P-256 keys whose x or y begins with a zero byte;
PATH.jwk: one as a JWK with members that are nobody's business.
"""

import base64
import json
import sys

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec


def base64url(number):
    return base64.urlsafe_b64encode(number.to_bytes(32, "big")) \
        .decode().rstrip("=")


def main():
    path, wanted = sys.argv[1], {"x", "y"}
    while wanted:
        key = ec.generate_private_key(ec.SECP256R1())
        numbers = key.private_numbers()
        public = numbers.public_numbers
        for name in sorted(wanted):
            if getattr(public, name) >> 248 == 0:
                wanted.remove(name)
                with open(f"{path}-{name}.pem", "wb") as file:
                    file.write(key.private_bytes(
                        serialization.Encoding.PEM,
                        serialization.PrivateFormat.PKCS8,
                        serialization.NoEncryption()))
    with open(f"{path}.jwk", "w", encoding="ascii") as file:
        json.dump({"kty": "EC", "crv": "P-256", "kid": "mine", "x5c": ["abc"],
                   "key_ops": ["sign"], "ext": True, "note": {"d": "secret"},
                   "d": base64url(numbers.private_value),
                   "x": base64url(public.x), "y": base64url(public.y)}, file)


main()
