#!/usr/bin/python3
"""property.py URL [name=value...]

Asks for many tokens, each with inputs of its own or of an earlier one, and
checks that each answer is what was asked for.

  requests=N processes=N connections=N depth=N   how: depth requests at once
                  on each of the connections that each process keeps
  inputs=N slow=N seed=N   the pool, see property_inputs.py; slow of them RSA
  subjects=PREFIX no pool: each request has a subject of its own
  again=1         go on when nginx ends a connection
  sample=N        verify one signature of N (1)
  jwks=PATH secret=FILE    what signatures are verified with
  lifetime=S      what exp - iat must be
  age=S           how old a token may be at most
  kids=N          how many keys a service may have had (1)

Prints one line of JSON:

  requests, answers, refused, lost, seconds   how many; how many were 400, or
                  had no answer because the connection ended
  statuses        of the answers that should have been 200, other than that
  instead         what these were
  wrong           answers that are not what was asked for
  unverified      tokens that are not good
  shared          tokens that two requests got whose inputs differ
  keys            services with more than kids keys, keys of several services
  tokens, inputs  different ones; inputs: of the answers with a token
  repeated        inputs for which there was more than one token
  cache           how often the header X-Cache said what
  sample          some tokens, for the list of what must be in no log

The first 10 of each list.
"""

import base64
import collections
import json
import multiprocessing
import random
import socket
import sys
import time
import urllib.parse
import urllib.request

import jwt

import property_inputs

DEFAULTS = {"requests": 10000, "processes": 2, "connections": 4, "depth": 16,
            "inputs": 2000, "slow": 20, "seed": 1, "lifetime": 600,
            "age": 600, "kids": 1, "jwks": "/jwks", "secret": "",
            "subjects": "", "again": 0, "sample": 1}

ALGORITHMS = jwt.algorithms.get_default_algorithms()

REFUSED = {"error": "invalid_request", "error_description":
           "a value of the request cannot be part of a token"}


class Number(str):
    """A number as it was written."""


def decoded(part):
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def numbers(value):
    """A document with its numbers as numbers."""
    if isinstance(value, Number):
        return float(value)
    if isinstance(value, list):
        return [numbers(one) for one in value]
    if isinstance(value, dict):
        return {name: numbers(one) for name, one in value.items()}
    return value


DECODER = json.JSONDecoder(parse_int=Number, parse_float=Number)


def parsed(text):
    return DECODER.decode(text if isinstance(text, str) else text.decode())


class Verifier:
    """Signatures, with the keys of the JWKS or the secret."""

    def __init__(self, url, want):
        self.url = urllib.parse.urljoin(url, want["jwks"])
        self.secret = b""
        self.keys = {}
        if want["secret"]:
            with open(want["secret"], "rb") as file:
                self.secret = file.read()

    def key(self, kid, alg):
        if alg.startswith("HS"):
            return self.secret
        if (kid, alg) not in self.keys:
            opener = urllib.request.build_opener(
                urllib.request.ProxyHandler({}))
            with opener.open(self.url, timeout=15) as answer:
                for one in json.load(answer)["keys"]:
                    self.keys[one["kid"], one["alg"]] = jwt.PyJWK(one).key
        return self.keys[kid, alg]

    def good(self, token, header):
        signed, _, signature = token.rpartition(".")
        try:
            return ALGORITHMS[header["alg"]].verify(
                signed.encode(), self.key(header["kid"], header["alg"]),
                decoded(signature))
        except (KeyError, ValueError):
            return False


class Process:
    """One process: its connections, and what it has seen."""

    def __init__(self, url, want, number):
        self.want = want
        self.number = number
        self.host = urllib.parse.urlsplit(url)
        self.random = random.Random(want["seed"] * 1000 + number)
        self.pool = [] if want["subjects"] else property_inputs.pool(
            want["inputs"], want["slow"], want["seed"])
        self.verifier = Verifier(url, want)
        self.tokens = {}                        # token: inputs, as evaluated
        self.parts = {}                         # token: header and claims
        self.kids = collections.defaultdict(set)
        self.seen = collections.Counter()
        self.statuses = collections.Counter()
        self.cache = collections.Counter()
        self.lists = collections.defaultdict(list)

    def run(self, requests):
        links = [Link(self.host.hostname, self.host.port)
                 for _ in range(self.want["connections"])]
        while requests > 0:
            asked = []
            for link in links:
                batch = [self.choose(requests - number) for number in
                         range(min(self.want["depth"], requests))]
                requests -= len(batch)
                asked.append((time.time(), batch))
                self.send(link, b"".join(one[2] for one in batch))
            for at, (when, batch) in enumerate(asked):
                if not self.answers(links[at], when, batch):
                    links[at] = Link(self.host.hostname, self.host.port)

    def send(self, link, data):
        try:
            link.send(data)
        except OSError:
            if not self.want["again"]:
                raise

    def answers(self, link, when, batch):
        for number, (inputs, way, _) in enumerate(batch):
            try:
                answer = link.answer()
            except OSError:
                if not self.want["again"]:
                    raise
                self.seen["lost"] += len(batch) - number
                return False
            self.answer(inputs, way, when, *answer)
        return True

    def choose(self, left):
        if self.want["subjects"]:
            inputs = property_inputs.Inputs(
                property_inputs.PLAIN, sub="%s-%d-%d" % (
                    self.want["subjects"], self.number, left))
            return inputs, "query", inputs.request("query")
        inputs, ways = self.random.choice(self.pool)
        way = self.random.choice(list(ways))
        return inputs, way, ways[way]

    def note(self, name, *what):
        if len(self.lists[name]) < 10:
            self.lists[name].append(" ".join(map(str, what))[:600])

    def answer(self, inputs, way, when, status, head, body):
        self.seen["answers"] += 1
        cache = head.find(b"X-Cache: ")
        if cache >= 0:
            self.cache[head[cache + 9:].split(b"\r\n")[0].decode()] += 1
        if not inputs.good():
            if status != 400 or json.loads(body) != REFUSED:
                self.note("wrong", status, body, "for", dict(inputs))
            self.seen["refused"] += 1
            return
        if status != 200:
            self.statuses[str(status)] += 1
            self.note("instead", status, body, "for", dict(inputs))
            return
        if way == "jwt":
            token = body.decode()
        else:
            answer = json.loads(body)
            token = answer["access_token"]
        if token not in self.parts:
            self.first(token)
        header, claims = self.parts[token]
        self.compare(inputs, header, claims)
        self.times(claims, when, None if way == "jwt"
                   else answer["expires_in"])
        evaluated = inputs.evaluated()
        if self.tokens.setdefault(token, evaluated) != evaluated:
            self.note("shared", evaluated, "and", self.tokens[token])

    def first(self, token):
        """A token that this process has not seen before."""
        header, claims, _ = token.split(".")
        self.parts[token] = (parsed(decoded(header)), parsed(decoded(claims)))
        if len(self.parts) % self.want["sample"]:
            return
        if not self.verifier.good(token, self.parts[token][0]):
            self.note("unverified", self.parts[token])

    def compare(self, inputs, header, claims):
        want = {"svc": inputs["service"], "env": inputs["env"],
                "sub": inputs["sub"], "aud": inputs["aud"],
                "typ": "service", "a": inputs["a"] or "",
                "b": inputs["b"] or "", "num": inputs["num"],
                "flag": inputs["flag"] == "true",
                "doc": numbers(parsed(inputs["doc"]))}
        got = {name: value for name, value in claims.items()
               if name not in ("iat", "exp", "rnd")}
        got["doc"] = numbers(got.get("doc"))
        rest = {name: value for name, value in header.items()
                if name not in ("alg", "kid")}
        if (got != want or not isinstance(got["num"], Number)
                or rest != {"typ": "JWT", "x-h": inputs["h"] or ""}):
            self.note("wrong", header, claims, "for", dict(inputs))
        self.kids[inputs["service"], inputs["env"]].add(header["kid"])

    def times(self, claims, when, expires_in):
        """nginx's clock stands still while it works: a second more."""
        iat, exp, rnd = (int(claims[name]) for name in ("iat", "exp", "rnd"))
        now = time.time()
        if exp - iat != self.want["lifetime"] or rnd // 1000 != iat:
            self.note("wrong", "times", claims)
        if not int(when) - self.want["age"] - 1 <= iat <= now + 1:
            self.note("wrong", "age", int(now) - iat, claims)
        if (expires_in is not None
                and not exp - int(now) <= expires_in <= exp - int(when) + 1):
            self.note("wrong", "expires_in", expires_in, exp - now)


class Link:
    """A connection that is kept."""

    def __init__(self, host, port):
        self.socket = socket.create_connection((host, port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.text = b""

    def send(self, data):
        self.socket.sendall(data)

    def answer(self):
        """(status, head, body) of the next answer."""
        while True:
            end = self.text.find(b"\r\n\r\n")
            if end >= 0:
                break
            self.more()
        head = self.text[:end + 2]
        at = head.index(b"Content-Length: ") + 16
        size = int(head[at:head.index(b"\r\n", at)])
        while len(self.text) < end + 4 + size:
            self.more()
        body = self.text[end + 4:end + 4 + size]
        self.text = self.text[end + 4 + size:]
        return int(head[9:12]), head, body

    def more(self):
        data = self.socket.recv(1 << 18)
        if not data:
            raise ConnectionError("nginx closed a connection")
        self.text += data


def work(job):
    url, want, number = job
    process = Process(url, want, number)
    share = want["requests"] // want["processes"]
    try:
        process.run(share)
    except (OSError, ValueError, KeyError, TypeError) as error:
        process.note("wrong", repr(error))
    return (process.tokens, dict(process.kids), process.seen,
            process.statuses, process.cache, dict(process.lists))


def main():
    want = dict(DEFAULTS)
    for arg in sys.argv[2:]:
        name, value = arg.split("=", 1)
        want[name] = type(DEFAULTS[name])(value)
    begun = time.time()
    with multiprocessing.Pool(want["processes"]) as workers:
        results = workers.map(work, [(sys.argv[1], want, number) for number in
                                     range(want["processes"])], 1)

    tokens, of_inputs = {}, collections.defaultdict(set)
    kids = collections.defaultdict(set)
    services = collections.defaultdict(set)
    seen, statuses, cache = (collections.Counter() for _ in range(3))
    lists = {name: [] for name in ("wrong", "unverified", "shared", "instead")}
    for result in results:
        for token, inputs in result[0].items():
            if tokens.setdefault(token, inputs) != inputs:
                lists["shared"].append("%s and %s" % (inputs, tokens[token]))
            of_inputs[inputs].add(token)
        for service, found in result[1].items():
            kids[service] |= found
            for kid in found:
                services[kid].add(service)
        seen.update(result[2])
        statuses.update(result[3])
        cache.update(result[4])
        for name, found in result[5].items():
            lists[name] += found

    print(json.dumps({
        "requests": want["requests"], "answers": seen["answers"],
        "refused": seen["refused"], "lost": seen["lost"],
        "statuses": statuses, "cache": cache,
        "tokens": len(tokens), "inputs": len(of_inputs),
        "repeated": sum(len(found) > 1 for found in of_inputs.values()),
        "keys": [str(service) for service, found in kids.items()
                 if len(found) > want["kids"]]
                + [kid for kid, found in services.items() if len(found) > 1],
        "seconds": round(time.time() - begun, 1),
        "sample": list(tokens)[:20],
        **{name: found[:10] for name, found in lists.items()}}))


if __name__ == "__main__":
    main()
