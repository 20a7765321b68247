"""property_inputs.py: what property.py asks for.

A pool of inputs of tokens, the same in every process.  Each is a base with a
neighbour that differs from it in one input, or that a key of the cache would
take for it if it were made of the inputs without their borders.
"""

import random
import re
import urllib.parse

# (service, environment): each has its own key, see t/cache/property.t
SERVICES = [("ledger", "dev"), ("ledger", "prod"), ("books", "dev"),
            ("mac", "dev")]
SLOW = ("slow", "dev")      # RSA

# in the order in which the configuration has them: see moved()
TEXTS = ["sub", "aud", "a", "b", "h"]
FIELDS = TEXTS + ["num", "flag", "doc"]

NUMBERS = ["1", "1.0", "1e0", "10", "0", "-0", "-1", "0.1", "1E+2",
           "9007199254740991"]
DOCUMENTS = ["1", '"1"', "[1]", '{"a":1}', '{"a":"1"}', "null", '"null"',
             "true", '"true"', "[]", "{}", '""', '[1,[2]]', '[[1],2]',
             '{"a":[1,2],"b":{}}', '{"b":{},"a":[1,2]}', '["\\u00e9"]']
BAD_NUMBERS = ["", "01", "NaN", "1.", "0x1", "1e999", "9007199254740992"]
BAD_FLAGS = ["", "TRUE", "1", "true,"]
BAD_DOCUMENTS = ["", "{", "1,2", '{"a":1,"a":2}', "'1'", "[1]]"]

# a query is refused unless its percent sequences are ones, and UTF-8
BROKEN = re.compile("%(?!20)")

# composed and decomposed are two texts; so are those that differ in case
WORDS = ["a", "A", "ab", "b", "1", "true", "null", "\u00e9", "e\u0301",
         "\u4f60\u597d", "\U0001f511", '"', "\\", "'", 'x","b":"y', "{}",
         "a|b", "a,b", "a:b", "1:a", "a;b", "$sub", "${sub}", "eyJhbGciOiJ9",
         "\u0431\u043e\u0442", "a/b?c", "a+b", "a%20b", "%", "=", "a=b"]
# only a form can bring these
FORM_WORDS = ["a b", " a", "a ", "a\nb", "a\tb", "a&b", "a#b", "a\r\nb",
              "a\x7fb", "a\x01b"]


class Inputs(dict):
    """One token's inputs: service, env, FIELDS; None is missing."""

    def evaluated(self):
        """What the module gets to see of them: missing is empty there."""
        return tuple(self[name] or "" for name in
                     ["service", "env"] + FIELDS)

    def good(self):
        """Whether they can be part of a token."""
        return (self["num"] in NUMBERS and self["flag"] in ("true", "false")
                and self["doc"] in DOCUMENTS and bool(self["sub"])
                and bool(self["aud"])
                and all(len((self[name] or "").encode()) <= 4096
                        for name in TEXTS))

    def in_query(self):
        """Whether a request line can hold them as they are: %20 stays so."""
        size = 0
        for name in FIELDS:
            text = self[name] or ""
            size += len(text.encode())
            if any(c in " &#" or ord(c) < 0x20 or ord(c) == 0x7f
                   for c in text) or BROKEN.search(text):
                return False
        return size < 7000

    def request(self, way):
        """The bytes of a request, by "query", "jwt" or "form"."""
        given = [("service", self["service"]), ("env", self["env"])]
        given += [(name, self[name]) for name in FIELDS
                  if self[name] is not None]
        if way == "form":
            body = urllib.parse.urlencode(given).encode()
            return (b"POST /form HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                    b"application/x-www-form-urlencoded\r\nContent-Length: %d"
                    b"\r\n\r\n%s" % (len(body), body))
        query = "&".join("%s=%s" % pair for pair in given).encode()
        return (b"GET /%s?%s HTTP/1.1\r\nHost: localhost\r\n\r\n"
                % (way.encode(), query))


# nothing special
PLAIN = Inputs(service="ledger", env="dev", sub="s", aud="a", a="a", b="b",
               h="h", num="1", flag="true", doc='{"a":1}')


def base(rng, service):
    """Inputs that are good."""
    given = Inputs(service=service[0], env=service[1])
    words = WORDS + FORM_WORDS * (rng.random() < 0.3)
    for name in TEXTS:
        text = "".join(rng.choice(words) for _ in range(rng.randint(1, 4)))
        if rng.random() < 0.1:
            text = rng.choice([text, "x"]) * rng.randint(50, 400)
            text = text.encode()[:1200].decode(errors="ignore")
        given[name] = text
    for name in ("a", "b", "h"):
        if rng.random() < 0.2:
            given[name] = rng.choice([None, ""])
    given["num"] = rng.choice(NUMBERS)
    given["flag"] = rng.choice(["true", "false"])
    given["doc"] = rng.choice(DOCUMENTS)
    return given


def other(rng, name, value):
    """Another value of an input, near the first one."""
    if name == "num":
        return rng.choice(NUMBERS)
    if name == "flag":
        return "false" if value == "true" else "true"
    if name == "doc":
        return rng.choice(DOCUMENTS)
    value = value or ""
    where = rng.randint(0, len(value))
    return rng.choice([
        value + rng.choice(WORDS), rng.choice(WORDS) + value,
        value[:where] + "~" + value[where:], value[:-1] + "~",
        value.swapcase() or "a", value[::-1] or "b"])


def moved(rng, given):
    """A piece of one value goes over to a neighbour: the same text in a row."""
    at = rng.randint(0, len(TEXTS) - 2)
    left, right = TEXTS[at], TEXTS[at + 1]
    text = given[left] or ""
    where = rng.randint(0, len(text))
    if rng.random() < 0.3:
        given[left], given[right] = given[right], given[left]
    elif where:
        given[right] = text[where:] + (given[right] or "")
        given[left] = text[:where]


def neighbour(rng, given):
    """The same but for one thing."""
    given = Inputs(given)
    kind = rng.random()
    if kind < 0.3:
        moved(rng, given)
    elif kind < 0.4:
        given["service"], given["env"] = rng.choice(SERVICES)
    elif kind < 0.5:
        # a type for another: number 1, string "1"; missing, empty
        name = rng.choice(["a", "b", "h"])
        given[name] = rng.choice([given["num"], given["flag"], given["doc"],
                                  None, ""])
    elif kind < 0.55:
        name, values = rng.choice([
            ("num", BAD_NUMBERS), ("flag", BAD_FLAGS), ("doc", BAD_DOCUMENTS),
            ("sub", [None, ""]), ("aud", [None, ""]), ("a", ["x" * 4097])])
        given[name] = rng.choice(values)
    else:
        name = rng.choice(FIELDS)
        given[name] = other(rng, name, given[name])
    return given


def pool(size, slow, seed):
    """A list of (inputs, {way: request}); `slow` of them are signed by RSA."""
    rng = random.Random(seed)
    found = []
    while len(found) < size:
        service = SLOW if len(found) < slow else rng.choice(SERVICES)
        given = base(rng, service)
        row = [given]
        for _ in range(0 if service == SLOW else rng.randint(1, 4)):
            row.append(neighbour(rng, row[-1]))
        for one in row:
            ways = ["query", "jwt", "form"] if one.in_query() else ["form"]
            found.append((one, {way: one.request(way) for way in ways}))
    return found[:size]
