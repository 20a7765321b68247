#!/usr/bin/python3
"""watch.py URL [threads=N] [token=PATH] [jwks=PATH] [before=S] [after=S]

Asks for tokens and for the key set, each over a connection of its own, until
standard input ends, and verifies every token with PyJWT and the key set that
it gets right after.  In the end also with those it got from `before` seconds
before the token until `after` seconds behind it: a verifier may have kept such
a set.  Prints an empty line when it has begun, and in the end one line of JSON:

  tokens, sets    how many
  failed          requests without the answer 200 (the first 10)
  lost            how many of them had no answer at all
  refused         tokens that are not good, and answers that are none (the
                  first 10)
  kids, workers   what was seen, in the order of its first appearance
  kept            tokens with a key that one of those sets did not have
"""

import http.client
import json
import sys
import threading
import time
import urllib.parse

import jwt

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "ES512",
              "EdDSA"]


class Watch:
    def __init__(self, url, want):
        self.host = urllib.parse.urlsplit(url).netloc
        self.want = want
        self.end = threading.Event()
        self.begun = threading.Event()
        self.lock = threading.Lock()
        self.tokens, self.sets = [], []
        self.failed, self.refused, self.lost = [], [], 0
        self.kids, self.workers = {}, {}

    def ask(self, path):
        connection = http.client.HTTPConnection(self.host, timeout=15)
        try:
            connection.request("GET", path, headers={"Connection": "close"})
            answer = connection.getresponse()
            body = answer.read()
            worker = answer.getheader("X-Worker")
            if answer.status != 200:
                self.failed.append("%s: %d" % (path, answer.status))
                return None
            with self.lock:
                self.workers.setdefault(worker, len(self.workers))
            return json.loads(body)
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.lost += 1
            self.failed.append("%s: %r" % (path, error))
            return None
        finally:
            connection.close()

    def one(self):
        answer = self.ask(self.want["token"])
        when = time.monotonic()
        asked = time.monotonic()
        keys = self.ask(self.want["jwks"])
        if keys is not None:
            found = {key["kid"]: key for key in keys["keys"]}
            self.sets.append((asked, time.monotonic(), frozenset(found)))
        if answer is None or keys is None:
            return
        token = answer["access_token"]
        header = jwt.get_unverified_header(token)
        kid = header["kid"]
        with self.lock:
            self.kids.setdefault(kid, len(self.kids))
        self.tokens.append((when, kid))
        if kid not in found:
            self.refused.append("no key %s in %s" % (kid, sorted(found)))
            return
        try:
            key = jwt.PyJWK(found[kid], algorithm=header["alg"]).key
            jwt.decode(token, key, algorithms=ALGORITHMS,
                       options={"verify_aud": False})
        except (jwt.PyJWTError, ValueError, KeyError) as error:
            self.refused.append(repr(error))

    def run(self):
        while not self.end.is_set():
            try:
                self.one()
            except Exception as error:      # whatever an answer has in it
                self.refused.append("no token or no set: %r" % error)
            self.begun.set()

    def kept(self):
        missing = []
        before, after = self.want["before"], self.want["after"]
        for when, kid in self.tokens:
            for _, got, kids in self.sets:
                if when - before <= got <= when + after and kid not in kids:
                    missing.append("%s at %.2f, set of %+.2f" %
                                   (kid, when - self.sets[0][1], got - when))
                    break
        return missing


def main():
    want = {"threads": "2", "token": "/token", "jwks": "/jwks", "before": "0",
            "after": "0"}
    want.update(arg.split("=", 1) for arg in sys.argv[2:])
    want["before"] = float(want["before"])
    want["after"] = float(want["after"])
    watch = Watch(sys.argv[1], want)
    threads = [threading.Thread(target=watch.run)
               for _ in range(int(want["threads"]))]
    for thread in threads:
        thread.start()
    watch.begun.wait()
    print(flush=True)
    sys.stdin.read()
    watch.end.set()
    for thread in threads:
        thread.join()
    print(json.dumps({
        "tokens": len(watch.tokens), "sets": len(watch.sets),
        "failed": watch.failed[:10], "lost": watch.lost,
        "refused": watch.refused[:10],
        "kids": list(watch.kids), "workers": list(watch.workers),
        "kept": watch.kept()[:10]}))


main()
