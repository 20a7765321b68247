#!/usr/bin/python3
"""memory.py PID NAME=KEYFILE...: looks for private keys in a process's memory.

Instead of PID it may be a core dump's file: all of it is the process's "own".

KEYFILE: PEM or DER of a key, else the bytes themselves.  Prints a line of JSON:
for each NAME how often any of its forms was found in the "zone" (memory that
processes share) and in the process's "own", and "where", by the mappings'
names; as "excluded", whether every mapping that is shared and writable stays out of core dumps.

The forms of a key: the private number as bytes in either order of them (RSA:
also both primes), and each line of its base64.
"""

import base64
import json
import re
import sys

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

CHUNK = 1 << 22
LARGE = 1 << 30     # no memory of nginx's: a sanitizer's of its own


def read(path):
    """A whole file."""
    with open(path, "rb") as file:
        return file.read()


def load(data):
    """A key of PEM, DER or base64 of DER; None when it is none of them."""
    load_der = serialization.load_der_private_key
    for attempt in (
            lambda: serialization.load_pem_private_key(data, None),
            lambda: load_der(data, None),
            lambda: load_der(base64.b64decode(data, validate=True), None)):
        try:
            return attempt()
        except (ValueError, TypeError):
            pass
    return None


def numbers(key):
    """The private numbers as big-endian bytes."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return [key.private_bytes(serialization.Encoding.Raw,
                                  serialization.PrivateFormat.Raw,
                                  serialization.NoEncryption())]
    values = key.private_numbers()
    if isinstance(key, ec.EllipticCurvePrivateKey):
        size = (key.curve.key_size + 7) // 8
        return [values.private_value.to_bytes(size, "big")]
    assert isinstance(key, rsa.RSAPrivateKey)
    return [value.to_bytes((value.bit_length() + 7) // 8, "big")
            for value in (values.d, values.p, values.q)]


def forms(data):
    """What of a key may not be found, as bytes."""
    key = load(data)
    if key is None:
        return {data.strip()}
    found = set()
    for number in numbers(key):
        found |= {number, number[::-1]}
    der = key.private_bytes(serialization.Encoding.DER,
                            serialization.PrivateFormat.PKCS8,
                            serialization.NoEncryption())
    text = base64.b64encode(der)
    # the first bytes are the same in each key of a kind, the last ones public
    lines = [text[at:at + 64] for at in range(0, len(text), 64)]
    if isinstance(key, rsa.RSAPrivateKey):
        lines = lines[len(lines) // 3:-1]
    elif isinstance(key, ec.EllipticCurvePrivateKey):
        lines = [text[56:80]]       # of P-256; of others as good as any
    else:
        lines = [text[24:]]
    return found | set(lines)


def mappings(pid):
    """(start, end, shared, excluded from dumps) of what can be written."""
    found = []
    for line in read("/proc/%s/smaps" % pid).decode().splitlines():
        match = re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ (\S+) \S+ *(.*)",
                         line)
        if match:
            start, end = int(match[1], 16), int(match[2], 16)
            found.append([start, end, match[3], match[5], False])
        elif line.startswith("VmFlags:"):
            found[-1][4] = " dd" in line
    return [(start, end, access[3] == "s", excluded, name)
            for start, end, access, name, excluded in found
            if access.startswith("rw") and end - start < LARGE
            and name not in ("[vvar]", "[vsyscall]")]


def pieces(pid, start, end, overlap):
    """The memory of a mapping, in pieces that overlap."""
    with open("/proc/%s/mem" % pid, "rb", buffering=0) as memory:
        at = start
        while at < end:
            memory.seek(at)
            try:
                piece = memory.read(min(CHUNK, end - at))
            except OSError:
                return
            if not piece:
                return
            yield piece
            at += len(piece)
            if at < end:
                at -= overlap


def count(pieces_of, needles):
    """How often any of the needles is there."""
    return sum(piece.count(needle) for piece in pieces_of
               for needle in needles)


def search(pid, secrets):
    """{name: {"zone": n, "own": n, "where": [...]}}, of {name: set of forms}."""
    result = {name: {"zone": 0, "own": 0, "where": []} for name in secrets}
    longest = max(len(needle) for needles in secrets.values()
                  for needle in needles)
    for start, end, shared, _, mapped in mappings(pid):
        where = "zone" if shared else "own"
        for piece in pieces(pid, start, end, longest):
            for name, needles in secrets.items():
                times = count([piece], needles)
                result[name][where] += times
                if times:
                    result[name]["where"].append(mapped)
    return result


def excluded(pid):
    """Whether no shared memory of more than a page or two gets into a dump."""
    return all(out for start, end, shared, out, _ in mappings(pid)
               if shared and end - start > 65536)


def main():
    """Prints what is found."""
    pid = sys.argv[1]
    secrets = {}
    for word in sys.argv[2:]:
        name, path = word.split("=", 1)
        secrets[name] = forms(read(path))
    if not pid.isdigit():
        data = read(pid)
        print(json.dumps({name: {"own": count([data], needles)}
                          for name, needles in secrets.items()}))
        return
    print(json.dumps({**search(pid, secrets), "excluded": excluded(pid)}))


if __name__ == "__main__":
    main()
