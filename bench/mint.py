"""mint.py: tokens that are signed for each request."""

import cached
import rounds
from load import openssl_speed, wrk
from nginxes import Nginx

# what is measured: title, service, key and algorithm of the peers, what
# `openssl speed` calls the primitive
ALGORITHMS = [
    ("RS256, RSA 2048", "RS256", "rsa2048", "RS256", "rsa2048"),
    ("RS512, RSA 2048", "RS512", "rsa2048", "RS512", "rsa2048"),
    ("RS512, RSA 4096", "R4096", "rsa4096", "RS512", "rsa4096"),
    ("PS256, RSA 2048", "PS256", "rsa2048", "PS256", "rsa2048"),
    ("ES256", "ES256", "p256", "ES256", "ecdsap256"),
    ("ES384", "ES384", "p384", "ES384", "ecdsap384"),
    ("EdDSA", "EdDSA", "ed25519", "EdDSA", "ed25519"),
    ("HS256", "HS256", "secret", "HS256", None),
]

SECONDS = 0.8
CLIENTS = 8

# the slowest peers are far away: fewer rounds, these only
PARSED = ("RS512, RSA 2048", "RS512, RSA 4096", "ES256", "EdDSA", "HS256")
NJS = ("RS512, RSA 2048", "RS512, RSA 4096", "ES256", "HS256")
POOL = ("RS512, RSA 2048", "RS512, RSA 4096")


def start(run):
    """The servers by name; all workers on one core, with their threads."""
    core = {run.worker_core}
    values = {"upstream": 1, "preload": cached.preload(run, "")}
    servers = {
        "inline": Nginx(run, "mint", core, pool="off"),
        "pool": Nginx(run, "mint", core, pool="default"),
        "lua": Nginx(run, "lua", core, **values),
        "njs": Nginx(run, "njs", core, **values),
    }
    for server in servers.values():
        server.start()
    return servers


def variants(run, servers, algorithm):
    """Two tables: for more rounds, and for fewer."""
    title, service, key, alg, primitive = algorithm
    path = f"/token?service={service}"
    peer = f"?key={key}&alg={alg}"

    def one(name, where):
        def measure():
            servers[name].pin()     # threads of a pool may have come since
            servers[name].settle()
            return wrk(servers[name], where, SECONDS, run.load_core, CLIENTS)
        servers[name].warm(where, 50 if "4096" in title else 300)
        return measure

    often = {"module": one("inline", path),
             "lua, key kept": one("lua", "/kept" + peer)}
    if primitive:
        often["openssl speed"] = lambda: {
            "cpu": openssl_speed(primitive, 1, run.worker_core)}
    if title in POOL:
        often["module, thread pool"] = one("pool", path)

    seldom = {}
    if title in PARSED:
        seldom["lua, key parsed"] = one("lua", "/parsed" + peer)
    if title in NJS:
        seldom["njs"] = one("njs", "/minted" + peer)
    return often, seldom


def summary(results):
    """What one costs, and how that compares with the primitive and with Lua.

    By CPU time: the worker is busy all the time, so that these are the ratios
    of tokens per second, too, and nobody else on the machine disturbs them.
    """
    found = {}
    for name, measured in results.items():
        found[name] = {"cpu": rounds.spread(measured, "cpu")}
        if "rate" in measured[0]:
            found[name]["rate"] = rounds.spread(measured, "rate")
        for what, other in (("raw", "openssl speed"),
                            ("lua", "lua, key kept")):
            if other in results and other != name:
                found[name][what] = rounds.ratios(results[other], measured,
                                                  "cpu")
    return found


def run_section(run):
    servers = start(run)
    found = {}
    rounds.say("CPU time per token, each signed for its request")
    for algorithm in ALGORITHMS:
        title = algorithm[0]
        often, seldom = variants(run, servers, algorithm)
        results = rounds.interleave(title, often, run.fewer["signing"])
        results.update(rounds.interleave(title, seldom, run.fewer["slow"]))
        found[title] = summary(results)
        for name, one in found[title].items():
            rounds.say(f"  {title:16} {name:22}"
                       f"{one['cpu']['median'] / 1000:9.1f} us"
                       + "".join(f"  {what} x {rounds.show(one[what])}"
                                 for what in ("raw", "lua") if what in one))
    for server in servers.values():
        server.stop()
    return found
