"""cached.py: a token from the cache, as an answer and as a header.

In two places: the worker on a core of its own, load and upstream on another,
as a proxy is used and as the goals were set; and all of them on one core, where
the worker finds its 64 connections ready each time.  There a request costs
less, so that what a variant adds to it is more of it.
"""

import json
import os

import keys
import rounds
from load import wrk
from nginxes import Failure, Nginx

# all variants get this request
QUERY = "?service=named&user=u1"

# bytes of nginx's own empty picture
GIF = 43

# of a claim that makes an ES256 token as long as an RS512 one: the difference
# of their signatures, without that of base64, and the claim's name
PAD = (256 - 64) - len(',"pad":""')


class Servers:
    """The servers of both measurements; each has only what it needs."""

    def __init__(self, run):
        self.run = run
        core = {run.worker_core}
        self.load_core = None
        probe = Nginx(run, "token", core, body="")
        probe.start()
        body = probe.get("/token")[1]
        probe.stop()
        token = json.loads(body)["access_token"]
        values = {"body": body, "token": token, "preload": preload(run, token),
                  "gif": "g" * GIF, "pad": "p" * PAD}

        self.upstream = Nginx(run, "upstream", core, **values)
        values["upstream"] = self.upstream.port
        self.measured = [Nginx(run, name, core, **values) for name in (
            "plain", "token", "inject", "threadless", "lua", "njs")]
        (self.plain, self.token, self.inject, self.threadless, self.lua,
         self.njs) = self.measured
        self.size = len(body)
        self.token_size = len(token)
        self.upstream.start()
        for server in self.measured:
            server.start()

    def place(self, core):
        """Where load and upstream are from now on."""
        self.load_core = core
        self.upstream.cores = {core}
        self.upstream.pin()

    def restart(self, table, number, count):
        """Where memory lies is chance: three times in a run it is elsewhere."""
        if number % -(-count // 3):
            return
        for server in {server for server, _ in table.values()}:
            server.restart()
        for server, path in table.values():
            server.warm(path + QUERY, 3000)

    def stop(self):
        for server in [*self.measured, self.upstream]:
            server.stop()


def preload(run, token):
    """What njs has from the start."""
    path = os.path.join(run.folder, "kept.json")
    kept = {name: keys.der(os.path.join(run.keys, name + ".key"))
            for name in ("rsa2048", "rsa4096", "p256", "p384")}
    with open(os.path.join(run.keys, "secret.key"), encoding="ascii") as file:
        kept["secret"] = file.read()
    kept.update(token=token, kid="k" * 43)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(kept, file)
    return path


def check_answers(servers, table):
    for name, (server, path) in table.items():
        headers, body = server.get(path + QUERY)
        if abs(len(body) - servers.size) > 24:
            raise Failure(f"{name}: a body of {len(body)} bytes, not "
                          f"{servers.size}:\n{body}")
        for header in ("Cache-Control", "Pragma", "X-Content-Type-Options"):
            if header not in headers:
                raise Failure(f"{name}: no header {header}")


def check_headers(servers, table):
    for name, (server, path) in table.items():
        got = server.get(path + "echo" + QUERY)[1]
        if not got.startswith("Bearer ey") or \
                abs(len(got) - 7 - servers.token_size) > 24:
            raise Failure(f"{name}: the upstream received: {got}")


def measure(run, servers, title, table, count):
    """The first of a table is what the others are compared with."""
    def one(server, path):
        return lambda: wrk(server, path + QUERY, run.seconds,
                           servers.load_core)

    results = rounds.interleave(
        title, {name: one(*where) for name, where in table.items()}, count,
        lambda number: servers.restart(table, number, count))
    found = {}
    base = results[next(iter(table))]
    for name, measured in results.items():
        found[name] = {
            "cpu": rounds.spread(measured, "cpu"),
            "rate": rounds.spread(measured, "rate"),
            "busy": rounds.spread(measured, "busy"),
            "ratio": rounds.ratios(base, measured, "cpu"),
            "rate_ratio": rounds.ratios(measured, base, "rate"),
        }
        rounds.say(f"  {name:40} {found[name]['cpu']['median'] / 1000:7.2f} us"
                   f"  x {rounds.show(found[name]['ratio'])}"
                   f"  {found[name]['rate']['median']:8.0f}/s")
    return found


def endpoint(servers):
    table = {
        "return 200": (servers.plain, "/token"),
        "jwt_issuer_token": (servers.token, "/token"),
        "jwt_issuer_token $arg_service, subject": (
            servers.token, "/named/token"),
        "return 200, module loaded": (servers.token, "/constant/token"),
        "jwt_issuer_token, ES256, no threads": (
            servers.threadless, "/token"),
        "return 200, module loaded, no threads": (
            servers.threadless, "/constant/token"),
        "lua, shared.DICT": (servers.lua, "/token"),
        "lua, lrucache": (servers.lua, "/local/token"),
        "njs, a constant": (servers.njs, "/token"),
        "proxy_cache of a token service": (servers.plain, "/cached/token"),
    }
    check_answers(servers, table)
    return table


def handler(servers):
    """What is between the two in nginx itself: a token can take no less."""
    return {
        "return 200, 43 bytes": (servers.plain, "/constant/gif"),
        "empty_gif, 43 bytes": (servers.plain, "/gif"),
    }


def injection(servers):
    table = {
        "constant header": (servers.plain, "/constant/"),
        "jwt_issuer_inject": (servers.inject, "/inject/"),
        "jwt_issuer_inject $arg_service, subject": (
            servers.inject, "/inject-named/"),
        "constant header, module loaded": (servers.inject, "/constant/"),
        "jwt_issuer_inject, ES256, no threads": (
            servers.threadless, "/inject/"),
        "lua, access_by_lua, shared.DICT": (servers.lua, "/inject/"),
        "lua, set_by_lua, lrucache": (servers.lua, "/local/"),
        "njs, js_set, a constant": (servers.njs, "/inject/"),
        "auth_request to a sidecar": (servers.plain, "/asked/"),
    }
    check_headers(servers, table)
    return table


# of each table the first two are what the goal is for; on one core there are
# also those that have no threads
TABLES = {"endpoint": endpoint, "handler": handler, "injection": injection}
NO_THREADS = ("jwt_issuer_token, ES256, no threads",
              "jwt_issuer_inject, ES256, no threads")


def parts(servers, where):
    for part, make in TABLES.items():
        rounds.say(f"{part}, cached, {where}: the worker's CPU time")
        yield part, make(servers)


def with_a_core_each(run, servers):
    servers.place(run.load_core)
    found = {}
    for part, variants in parts(servers, "a core for the worker"):
        base, goal, *others = variants
        found[part] = measure(run, servers, part,
                              {name: variants[name] for name in (base, goal)},
                              run.rounds)
        if others:
            del variants[goal]
            beside = measure(run, servers, part, variants, run.fewer["beside"])
            found[part].update({name: beside[name] for name in others})
    return found


def on_one_core(run, servers):
    servers.place(run.worker_core)
    found = {}
    for part, variants in parts(servers, "one core for all"):
        names = [*list(variants)[:2],
                 *(name for name in NO_THREADS if name in variants)]
        found[part] = measure(run, servers, part,
                              {name: variants[name] for name in names},
                              run.fewer["beside"])
    return found


def run_section(run):
    servers = Servers(run)
    found = {"bytes": servers.size, "token_bytes": servers.token_size}
    found["two"] = with_a_core_each(run, servers)
    found["one"] = on_one_core(run, servers)
    found["rss"] = {server.name: server.memory()[0]
                    for server in servers.measured}
    servers.stop()
    return found
