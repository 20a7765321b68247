"""keys.py: the keys of a run, made for it and removed with it."""

import os
import subprocess

SHAPES = {
    "rsa2048": ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
    "rsa4096": ["RSA", "-pkeyopt", "rsa_keygen_bits:4096"],
    # the module does not let two algorithms share a key
    "rs256": ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
    "ps256": ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
    "p256": ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "p384": ["EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
    "ed25519": ["ED25519"],
}


def generate(path, shape):
    subprocess.run(["openssl", "genpkey", "-out", path, "-algorithm", *shape],
                   check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


def make(folder):
    os.makedirs(folder)
    for name, shape in SHAPES.items():
        generate(os.path.join(folder, name + ".key"), shape)
    with open(os.path.join(folder, "secret.key"), "w",
              encoding="ascii") as file:
        file.write(os.urandom(32).hex())


def make_many(folder, count):
    """P-256 keys 0.key, 1.key, …: too many for a process each."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    os.makedirs(folder)
    for number in range(count):
        pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption())
        with open(os.path.join(folder, f"{number}.key"), "wb") as file:
            file.write(pem)


def der(path):
    """A key file as base64 of its DER, on one line."""
    with open(path, encoding="ascii") as file:
        return "".join(line.strip() for line in file if "---" not in line)
