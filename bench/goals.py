"""goals.py: what the project wants to reach, and whether a run has."""


def at_least(limit):
    return "≥ " + limit, lambda value: value >= float(limit)


def at_most(limit):
    return "≤ " + limit, lambda value: value <= float(limit)


def nested(data, *path):
    for name in path:
        if name not in data:
            return None
        data = data[name]
    return data


def cached_goals(data):
    for part, name, title in (
            ("endpoint", "jwt_issuer_token", "cached token endpoint against "
             "`return 200` of the same size and headers, by CPU time, a core "
             "for the worker"),
            ("injection", "jwt_issuer_inject", "injection against a constant "
             "`proxy_set_header`, likewise")):
        yield (title, at_least("0.97"),
               nested(data, "cached", "two", part, name, "ratio",
                      "median"))


def mint_goals(data):
    for title in ("RS256, RSA 2048", "RS512, RSA 2048"):
        yield (f"uncached {title}, against `openssl speed`", at_least("0.85"),
               nested(data, "mint", title, "module", "raw", "median"))
        yield (f"uncached {title}, against Lua with a kept key",
               at_least("1.1"),
               nested(data, "mint", title, "module", "lua", "median"))
    for title in ("ES256", "EdDSA"):
        yield (f"uncached {title}, against Lua with a kept key",
               at_least("2.0"),
               nested(data, "mint", title, "module", "lua", "median"))


def latency_goals(data):
    for bits in ("2048", "4096"):
        yield (f"neighbour's p99 while RSA {bits} is signed at full rate, "
               "against idle, two cores",
               at_most("3"),
               nested(data, "latency", f"RSA {bits}, 4 clients, all cores",
                      "module, thread pool", "ratio", "median"))


def memory_goals(data):
    memory = data.get("memory", {})
    yield ("zone: bytes of a key with its history", at_most("8192"),
           nested(memory, "key_bytes", "a key and its predecessor", "each"))
    yield ("zone: bytes of a cached token of 720 bytes", at_most("1331"),
           nested(memory, "token_bytes", "each"))
    for title in nested(memory, "many") or ():
        many = memory["many"][title]
        yield (f"10,000 services, {title}: `nginx -t`, seconds", at_most("2"),
               many["check"]["median"])
        yield (f"10,000 services, {title}: a neighbour's longest wait during a "
               "reload, ms", at_most("20"), many["neighbour"]["max"])
    yield ("CPU time of a request for a service, 10,000 against 1",
           at_most("1.05"),
           nested(memory, "services",
                  "10,000 services, always the same one", "ratio", "median"))
    rss = nested(memory, "rss")
    if rss:
        yield ("worker's memory over plain nginx, 1 service, MB", at_most("4"),
               (rss["1 service"][0] - rss["plain nginx"][0]) / 1e6)


def judge(data):
    """Rows: title, goal, value, met or not (None: not measured)."""
    for part in (cached_goals, mint_goals, latency_goals, memory_goals):
        for title, (goal, test), value in part(data):
            yield title, goal, value, None if value is None else test(value)
