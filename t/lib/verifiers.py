#!/usr/bin/python3
"""verifiers.py NAME=URL... services=A,B [leeway=S] [caches=N] [pause=S]

Plays the receivers of a fleet of proxies until standard input ends.  In each
round it gets a token of each service from each proxy (URL/token/SERVICE) and
judges it as N verifiers beside each proxy would: each keeps the proxy's key set
(URL/jwks) for exactly as long as its max-age says, and does not look again when
it meets a kid that it does not know.  PyJWT judges a token once in each
verifier; from then on, until it expires, its key must be in every set.

Prints "ready" when every proxy has given tokens, and a line of JSON for each
line that it reads:

  tokens, checks       how many tokens there were, how often one was judged
  rejections, rejected how many tokens were refused; the first 20 in words
  published            proxy: kid: when it was first and last in the set that
                       the proxy has itself
  signs                proxy: service: kid: when it first and last signed
  now                  all times are of the machine's monotonic clock
"""

import http.client
import json
import re
import sys
import threading
import time
import urllib.parse

import jwt


class Proxy:
    """One nginx, on a kept connection."""

    def __init__(self, name, url):
        self.name = name
        self.host = urllib.parse.urlsplit(url).netloc
        self.connection = None

    def get(self, path):
        """(status, head, body)"""
        for _ in range(2):
            try:
                if self.connection is None:
                    self.connection = http.client.HTTPConnection(
                        self.host, timeout=10)
                self.connection.request("GET", path)
                answer = self.connection.getresponse()
                return answer.status, answer.headers, answer.read().decode()
            except (OSError, http.client.HTTPException):
                # a kept connection that has just ended; a second one tells
                self.connection = None
        return 0, {}, ""


class Verifier:
    """A receiver beside a proxy, with a cache of its key set."""

    def __init__(self, proxy, number, of):
        self.name = "%s/%d" % (proxy.name, number)
        self.proxy = proxy
        self.share = (number + 1) / of      # of the first set's time only
        self.keys = {}
        self.until = 0

    def keep(self):
        """Fetches the set when what there is has ended."""
        if time.monotonic() < self.until:
            return
        status, head, body = self.proxy.get("/jwks")
        if status != 200:
            return                          # what it has, it keeps
        age = int(re.search(r"max-age=(\d+)", head["Cache-Control"]).group(1))
        self.keys = {key["kid"]: jwt.PyJWK(key, algorithm=key["alg"])
                     for key in json.loads(body)["keys"]}
        self.until = time.monotonic() + age * self.share
        self.share = 1

    def judge(self, token, header, leeway):
        """"" or why it is refused."""
        jwk = self.keys.get(header["kid"])
        if jwk is None:
            return "its key is not known"
        try:
            jwt.decode(token, jwk.key, algorithms=[header["alg"]],
                       leeway=leeway,
                       options={"verify_aud": False})
        except jwt.PyJWTError as error:
            return repr(error)
        return ""


class Fleet:
    """All of it, and what was seen."""

    def __init__(self, proxies, given):
        caches = int(given.get("caches", 4))
        services = given["services"].split(",")
        self.proxies = proxies
        self.services = services
        self.leeway = float(given.get("leeway", 0))
        self.pause = float(given.get("pause", 0.03))
        self.verifiers = [Verifier(proxy, number, caches)
                          for proxy in proxies for number in range(caches)]
        self.lock = threading.Lock()
        self.alive = {}             # token: (header, exp, proxy, bad verifiers)
        self.seen = {"tokens": 0, "checks": 0, "rejections": 0, "rejected": [],
                     "unanswered": 0,
                     "published": {proxy.name: {} for proxy in proxies},
                     "signs": {proxy.name: {name: {} for name in services}
                               for proxy in proxies}}

    def reject(self, why, header, origin, verifier):
        """Notes a refusal."""
        self.seen["rejections"] += 1
        if len(self.seen["rejected"]) < 20:
            self.seen["rejected"].append("%.2f: %s of %s by %s: %s" % (
                time.monotonic(), header["kid"][:8], origin, verifier.name,
                why))

    @staticmethod
    def note(times, kid):
        """First and last time."""
        times.setdefault(kid, [time.monotonic(), 0])[1] = time.monotonic()

    def look(self, proxy):
        """What the proxy publishes, and a token of each of its services."""
        status, _, body = proxy.get("/jwks")
        if status == 200:
            for key in json.loads(body)["keys"]:
                self.note(self.seen["published"][proxy.name], key["kid"])
        for service in self.services:
            status, _, body = proxy.get("/token/" + service)
            if status != 200:
                self.seen["unanswered"] += 1
                continue
            token = json.loads(body)["access_token"]
            header = jwt.get_unverified_header(token)
            self.note(self.seen["signs"][proxy.name][service], header["kid"])
            if token not in self.alive:
                claims = jwt.decode(token, options={"verify_signature": False})
                self.seen["tokens"] += 1
                self.alive[token] = (header, claims["exp"], proxy.name, {})

    def judge_all(self):
        """Every token that is good by the clock, by every verifier."""
        for token, (header, expires, origin, known) in list(self.alive.items()):
            if expires <= time.time():
                del self.alive[token]
                continue
            for verifier in self.verifiers:
                self.seen["checks"] += 1
                if known.get(verifier.name) == "":
                    why = "" if header["kid"] in verifier.keys else \
                        "its key is known no more"
                else:
                    why = verifier.judge(token, header, self.leeway)
                if why and known.get(verifier.name) != why:
                    self.reject(why, header, origin, verifier)
                known[verifier.name] = why

    def round(self):
        """Once everything."""
        for proxy in self.proxies:
            with self.lock:
                self.look(proxy)
                for verifier in self.verifiers:
                    verifier.keep()
                self.judge_all()

    def run(self, ends):
        """Until the end of standard input; an answer that is none is refused
        as well, and does not end this."""
        while not ends.wait(self.pause):
            try:
                self.round()
            except Exception as error:      # whatever it has in it
                self.seen["rejections"] += 1
                if len(self.seen["rejected"]) < 20:
                    self.seen["rejected"].append("%.2f: no token or no set: %r"
                                                 % (time.monotonic(), error))


def main():
    """Arguments; then a report for each line that is read."""
    words = [word.split("=", 1) for word in sys.argv[1:]]
    given = dict(word for word in words if not word[1].startswith("http"))
    fleet = Fleet([Proxy(*word) for word in words
                   if word[1].startswith("http")], given)
    fleet.round()
    ends = threading.Event()
    thread = threading.Thread(target=fleet.run, args=(ends,))
    thread.start()
    print("ready", flush=True)
    for _ in sys.stdin:
        with fleet.lock:
            print(json.dumps({**fleet.seen, "now": time.monotonic()}),
                  flush=True)
    ends.set()
    thread.join()


if __name__ == "__main__":
    main()
