#!/usr/bin/python3
"""token_service.py PORT NAME=KEY.pem...: what was there before the proxy.

GET /prod/token?service=NAME answers {"token": "..."}, signed with RS512 by
PyJWT as a token service would; GET /receiver/NAME is a receiver that has the
public key in its configuration and nothing else: it answers with the claims of
the bearer token, or 401.
"""

import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.serialization import load_pem_private_key


def token(key, name):
    now = time.time()
    return jwt.encode({"sub": name, "typ": "service", "rnd": int(now * 1000),
                       "iat": int(now), "exp": int(now) + 600}, key, "RS512")


def receive(key, authorization):
    bearer = authorization.partition(" ")[2]
    claims = jwt.decode(bearer, key.public_key(), ["RS512"],
                        options={"require": ["exp", "iat", "sub"]})
    if claims["typ"] != "service" or not isinstance(claims["rnd"], int):
        raise jwt.InvalidTokenError("no token of a service")
    return claims


class Handler(BaseHTTPRequestHandler):
    keys = {}

    def do_GET(self):
        url = urlsplit(self.path)
        try:
            if url.path == "/prod/token":
                name = parse_qs(url.query)["service"][0]
                answer = {"token": token(self.keys[name], name)}
            else:
                key = self.keys[url.path.rpartition("/")[2]]
                answer = receive(key, self.headers.get("Authorization", ""))
        except KeyError:
            self.answer(404, {})
        except jwt.PyJWTError as error:
            self.answer(401, {"why": str(error)})
        else:
            self.answer(200, answer)

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body, separators=(",", ":")).encode())

    def log_message(self, format, *args):
        pass


def main():
    for pair in sys.argv[2:]:
        name, path = pair.split("=", 1)
        with open(path, "rb") as file:
            Handler.keys[name] = load_pem_private_key(file.read(), None)
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])),
                        Handler).serve_forever()


main()
