"""certs.py: a CA of our own and certificates with one fault each.

Made at every start: no certificate is kept that could expire, and no key is in
the repository.
"""

import datetime
import ipaddress
import os
import ssl
import subprocess

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

# 169.254.77.1: where networks of their own have it, see AWS/Place.pm
NAMES = ("DNS:localhost,IP:127.0.0.1,IP:169.254.77.1,"
         "DNS:*.us-east-1.amazonaws.com")
KINDS = ("tls", "wrong_name", "unknown_ca", "expired", "self_signed",
         "no_address", "old_tls")


# of openssl's processes; with CERTS_FAKETIME_LIB, libfaketime's path, all are an
# hour old: for clients whose clock is behind
ENVIRONMENT = dict(os.environ)
if "CERTS_FAKETIME_LIB" in os.environ:
    ENVIRONMENT.update(LD_PRELOAD=os.environ["CERTS_FAKETIME_LIB"],
                       FAKETIME="-1h")


def openssl(*arguments):
    """Runs openssl; what it says is in the exception."""
    done = subprocess.run(["openssl", *arguments], capture_output=True,
                          text=True, timeout=30, check=False, env=ENVIRONMENT)
    if done.returncode:
        raise RuntimeError("openssl %s: %s" % (arguments[0], done.stderr))
    return done.stdout


def make_ca(folder, name, *more):
    """NAME.pem and NAME.key."""
    path = os.path.join(folder, name)
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt",
            "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-subj", "/CN=test " + name, "-keyout", path + ".key",
            "-out", path + ".pem", "-addext",
            "keyUsage=critical,keyCertSign,cRLSign", *more)
    return path


def read(path, load, *arguments):
    """What is in a file of PEM."""
    with open(path, "rb") as file:
        return load(file.read(), *arguments)


def alternative(name):
    """A name such as DNS:localhost."""
    kind, value = name.split(":", 1)
    if kind == "IP":
        return x509.IPAddress(ipaddress.ip_address(value))
    return x509.DNSName(value)


def make_cert(folder, name, ca, names, days, common=None):
    """NAME.pem and NAME.key, signed by ca; it ends in so many days, or has
    (not by openssl: its versions differ in how a past end is asked for)."""
    path = os.path.join(folder, name)
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt",
            "ec_paramgen_curve:P-256", "-out", path + ".key")
    key = read(path + ".key", serialization.load_pem_private_key, None)
    issuer = read(ca + ".pem", x509.load_pem_x509_certificate)
    signer = read(ca + ".key", serialization.load_pem_private_key, None)
    now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    end = now + datetime.timedelta(days=days)
    cert = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([
            x509.NameAttribute(NameOID.COMMON_NAME,
                               common or "test " + name)]))
        .issuer_name(issuer.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(min(now - datetime.timedelta(hours=1),
                              end - datetime.timedelta(days=1)))
        .not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName(
            [alternative(one) for one in names.split(",")]), False)
        .add_extension(x509.ExtendedKeyUsage(
            [ExtendedKeyUsageOID.SERVER_AUTH]), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(
            issuer.public_key()), False)
        .sign(signer, hashes.SHA256()))
    with open(path + ".pem", "wb") as file:
        file.write(cert.public_bytes(serialization.Encoding.PEM))
    return path


def make_all(folder):
    """Server contexts by kind; clients trust FOLDER/ca.pem."""
    ca = make_ca(folder, "ca")
    other = make_ca(folder, "unknown")
    good = make_cert(folder, "tls", ca, NAMES, 2)
    certs = {
        "tls": good,
        "old_tls": good,
        "wrong_name": make_cert(folder, "wrong_name", ca,
                                "DNS:elsewhere.example", 2),
        "unknown_ca": make_cert(folder, "unknown_ca", other, NAMES, 2),
        "expired": make_cert(folder, "expired", ca, NAMES, -1),
        "self_signed": make_ca(folder, "self_signed", "-addext",
                               "subjectAltName=" + NAMES),
        # an address is good as iPAddress, and as nothing else
        "no_address": make_cert(folder, "no_address", ca,
                                "DNS:localhost,DNS:127.0.0.1", 2, "127.0.0.1"),
    }
    return {kind: context(certs[kind], kind == "old_tls") for kind in KINDS}


def context(path, old):
    """A server's TLS; old: nothing newer than 1.1."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if old:
        made.set_ciphers("ALL:@SECLEVEL=0")
        made.minimum_version = ssl.TLSVersion.TLSv1
        made.maximum_version = ssl.TLSVersion.TLSv1_1
    made.load_cert_chain(path + ".pem", path + ".key")
    return made


def make_key(kind):
    """(base64 of PKCS#8 DER on one line, public key in PEM)."""
    options = {
        "RSA": ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
        "RSA1024": ["RSA", "-pkeyopt", "rsa_keygen_bits:1024"],
        "P-256": ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
        "P-384": ["EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
        "P-521": ["EC", "-pkeyopt", "ec_paramgen_curve:P-521"],
        "Ed25519": ["ED25519"],
    }
    if kind not in options:
        raise ValueError("no kind of key " + kind)
    pem = openssl("genpkey", "-algorithm", *options[kind])
    lines = [line for line in pem.splitlines() if not line.startswith("-")]
    done = subprocess.run(["openssl", "pkey", "-pubout"], input=pem, text=True,
                          capture_output=True, timeout=30, check=True)
    return "".join(lines), done.stdout
