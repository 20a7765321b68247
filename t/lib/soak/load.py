"""load.py: clients of a soak, and the verifiers that they stand for.

A verifier keeps a key set for max-age and asks for none in between: a token
whose key is not in the set that it has is refused.  Each token is judged when
it has come, and once more shortly before it ends.
"""

import collections
import http.client
import json
import re
import subprocess
import threading
import time

import jwt

ALGORITHMS = ["RS256", "RS512", "ES256", "EdDSA"]
# an unknown name, a wrong form: what errors look like while all else goes on
BEARER = re.compile(r"Bearer ([\w-]+\.[\w-]+\.[\w-]+)\n")


class Totals:
    """What all clients have seen."""

    def __init__(self):
        self.lock = threading.Lock()
        self.counts = collections.Counter()
        self.wrong = []
        self.pages = set()
        self.ids = set()
        self.signatures = []

    def add(self, name, number=1):
        """One more of something."""
        with self.lock:
            self.counts[name] += number

    def note(self, kind, text):
        """Something that is not as it should be."""
        with self.lock:
            self.counts[kind] += 1
            if len(self.wrong) < 40:
                self.wrong.append("%s %s: %s" % (
                    time.strftime("%H:%M:%S"), kind, text))

    def once(self, jti):
        """Whether this is the first token of that id."""
        with self.lock:
            seen = hash(jti)
            if seen in self.ids:
                return False
            self.ids.add(seen)
            return True


class Client:
    """A connection that is kept, to be made anew when it has been closed."""

    def __init__(self, port, totals):
        self.port, self.totals = port, totals
        self.connection = None

    def ask(self, path, method="GET", body=None):
        """(status, headers, text); None: no answer, which has been noted."""
        for attempt in range(2):
            kept = self.connection is not None
            if not kept:
                self.connection = http.client.HTTPConnection(
                    "127.0.0.1", self.port, timeout=20)
            try:
                self.connection.request(method, path, body, {
                    "Content-Type": "application/x-www-form-urlencoded"}
                    if body else {})
                answer = self.connection.getresponse()
                return answer.status, answer.headers, answer.read().decode()
            except (OSError, http.client.HTTPException) as error:
                self.connection.close()
                self.connection = None
                # a kept connection may be closed at any time, RFC 9112, 9.3.1
                if not kept or attempt:
                    self.totals.note("lost", "%s: %r" % (path, error))
                    return None
                self.totals.add("reconnected")
        return None


class Verifier:
    """A receiver of tokens."""

    def __init__(self, port, totals, lifetime):
        self.client = Client(port, totals)
        self.totals, self.lifetime = totals, lifetime
        self.keys, self.until = {}, 0
        self.later = collections.deque()

    def refresh(self):
        """The key set, when what there is has become too old."""
        if time.monotonic() < self.until:
            return
        asked = time.monotonic()
        answer = self.client.ask("/jwks")
        self.totals.add("key sets")
        if answer is None:
            return
        status, headers, body = answer
        if status != 200:
            self.totals.note("not answered", "/jwks: %d" % status)
            return
        age = re.search(r"max-age=(\d+)", headers["Cache-Control"])
        self.until = asked + int(age[1])
        known = {}
        for key in json.loads(body)["keys"]:
            if key.keys() & {"d", "p", "q", "dp", "dq", "qi", "k"}:
                self.totals.note("told a secret", "/jwks")
            old = self.keys.get(key["kid"])
            known[key["kid"]] = old or jwt.PyJWK(key).key
        self.keys = known

    def judge(self, token, when):
        """The claims of a good token, or None, noted."""
        self.refresh()
        try:
            header = jwt.get_unverified_header(token)
            key = self.keys.get(header["kid"])
            if key is None:
                self.totals.note("refused", "%s: kid %s is not published" % (
                    when, header["kid"]))
                return None
            return jwt.decode(token, key, algorithms=ALGORITHMS,
                              options={"verify_aud": False})
        except (jwt.PyJWTError, ValueError, KeyError) as error:
            self.totals.note("refused", "%s: %r" % (when, error))
            return None

    def take(self, token, reused=False):
        """A token that has just come."""
        claims = self.judge(token, "at once")
        self.totals.add("verified")
        if claims is None:
            return
        if claims["exp"] - claims["iat"] != self.lifetime:
            self.totals.note("wrong times", repr(claims))
        if not reused and not self.totals.once(claims["jti"]):
            self.totals.note("twice", claims["jti"])
        if len(self.totals.signatures) < 4000:
            self.totals.signatures.append(token.rsplit(".", 1)[1])
        self.later.append((claims["exp"] - 1.5, token))

    def look_back(self):
        """Tokens that are about to end are as good as ever."""
        while self.later and self.later[0][0] < time.time():
            at, token = self.later.popleft()
            if time.time() < at + 1:
                self.totals.add("verified again")
                self.judge(token, "before its end")


class Load(threading.Thread):
    """One of the clients; run() until stop() is called."""

    def __init__(self, totals, port, lifetime, rate):
        super().__init__(daemon=True)
        self.totals, self.port = totals, port
        self.client = Client(port, totals)
        self.verifier = Verifier(port, totals, lifetime)
        self.pause = 1 / rate
        self.ended = threading.Event()
        self.number = 0

    def stop(self):
        """No more requests."""
        self.ended.set()

    def run(self):
        while not self.ended.wait(self.pause):
            self.number += 1
            try:
                self.one()
                self.verifier.look_back()
            except Exception as error:      # pylint: disable=broad-except
                self.totals.note("client", "%s: %r" % (type(self).__name__,
                                                       error))

    def one(self):
        """One request, or a few."""
        raise NotImplementedError

    def got(self, answer, path):
        """The text of a 200, else None, noted."""
        self.totals.add("requests")
        if answer is None:
            return None
        if answer[0] != 200:
            self.totals.note("not answered", "%s: %d" % (path, answer[0]))
            self.totals.pages.add(answer[2])
            return None
        return answer[2]

    def token(self, path, reused=False, **request):
        """A token of the token location, judged."""
        text = self.got(self.client.ask(path, **request), path)
        if text is not None:
            self.verifier.take(json.loads(text)["access_token"], reused)


class Fresh(Load):
    """Tokens that nobody had before, of services in turn, by GET and POST."""

    def one(self):
        name = ("core", "task", "local", "rsa")[self.number % 4]
        if self.number % 3:
            self.token("/token/" + name)
        else:
            self.token("/form", method="POST", body="grant_type="
                       "client_credentials&audience=" + name)


class Reused(Load):
    """Tokens that are handed out again, and more than the cache can keep."""

    def one(self):
        number = self.number if self.number % 5 == 0 else self.number % 40
        self.token("/kept?s=%d" % number, reused=True)


class Injected(Load):
    """Requests whose upstream says which token it has got."""

    def one(self):
        path = "/inject/" + ("core", "task", "local")[self.number % 3]
        text = self.got(self.client.ask(path), path)
        if text is not None:
            self.verifier.take(BEARER.fullmatch(text)[1])


class Http2(Load):
    """Likewise over HTTP/2, 60 requests over each connection, all at once."""

    def __init__(self, totals, ports, lifetime, rate):
        super().__init__(totals, ports[0], lifetime, rate)
        self.url = "http://127.0.0.1:%d/inject/core" % ports[1]

    def one(self):
        done = subprocess.run(["nghttp", "-m60", "-t30", self.url],
                              capture_output=True, text=True, check=False)
        tokens = BEARER.findall(done.stdout)
        self.totals.add("requests", 60)
        self.totals.add("requests over HTTP/2", 60)
        if len(tokens) != 60 or done.returncode:
            self.totals.note("lost", "HTTP/2: %d of 60, status %d: %s" % (
                60 - len(tokens), done.returncode,
                (BEARER.sub("", done.stdout) + done.stderr)[:200]))
        for token in tokens:
            self.verifier.take(token)


class Others(Load):
    """What operators and strangers ask for."""

    def one(self):
        path = ("/status?format=json", "/status?format=prometheus",
                "/status?format=html", "/jwks")[self.number % 4]
        self.got(self.client.ask(path), path)
        for path, want in (("/token/none", 400), ("/nothing", 404),
                           ("/denied", 403)):
            answer = self.client.ask(path)
            self.totals.add("requests")
            if answer is None or answer[0] != want:
                self.totals.note("not answered", "%s: %s" % (
                    path, answer and answer[0]))
            else:
                self.totals.pages.add(answer[2])


def clients(totals, ports, lifetime):
    """All of them, not yet started."""
    plain = ports[0]
    return [Fresh(totals, plain, lifetime, 60),
            Reused(totals, plain, lifetime, 60),
            Injected(totals, plain, lifetime, 60),
            Http2(totals, ports, lifetime, 1),
            Others(totals, plain, lifetime, 4)]
