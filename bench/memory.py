"""memory.py: many services and many tokens: memory, start, reload, lookups."""

import http.client
import os
import shutil
import signal
import subprocess
import threading
import time

import keys
import rounds
from latency import percentiles, probe
from load import wrk
from nginxes import Failure, Nginx, read

MANY = 10000

# a zone for many services, one for many tokens; what is filled to the brim
WIDE, HUGE, BRIM = "96m", "1500m", 4 << 20


def services(count, key):
    """Blocks of services 1 to COUNT; # in the key's line is the number."""
    return "\n".join(f"    jwt_issuer_service {number} {{ "
                     f"{key.replace('#', str(number))}; }}"
                     for number in range(1, count + 1))


def server(run, count, key, zone=WIDE, **values):
    return Nginx(run, "services", {run.worker_core}, zone=zone,
                 services=services(count, key), **values)


def rsa(run):
    return f"key file {run.keys}/rsa2048.key"


# ---- few and many services ----


def use_all(run, one, count):
    """Some thousand requests, and each service has been asked for."""
    fill(run, one, "/token?service=", count)
    one.warm("/token?service=1", 5000)


def say_rss(name, memory):
    rounds.say(f"  worker, {name:16} {memory[0] / 1e6:7.1f} MB resident,"
               f" {memory[1] / 1e6:.1f} MB of it its own")
    return memory


def measure_few(run):
    """Resident bytes of a worker after some thousand requests."""
    plain = Nginx(run, "static", {run.worker_core}).start()
    plain.warm("/static", 5000)
    # as many connections as use_all() has: each has memory in nginx
    wrk(plain, "/static", 1, run.load_core, 32)
    found = {"plain nginx": say_rss("plain nginx", plain.memory())}
    plain.stop()
    for count, name in ((1, "1 service"), (100, "100 services")):
        one = server(run, count, rsa(run), zone="4m").start()
        use_all(run, one, count)
        found[name] = say_rss(name, one.memory())
        one.stop()
    return found


def check(run, one):
    """Seconds of `nginx -t`; again as long as that is quick."""
    found = []
    while len(found) < run.fewer["slow"] and sum(found) < 5:
        start = time.monotonic()
        done = subprocess.run(one.command("-t"), stdout=subprocess.PIPE,
                              text=True, env=one.environment(),
                              stderr=subprocess.STDOUT, check=False)
        if done.returncode:
            raise Failure(f"nginx -t said:\n{done.stdout[-2000:]}")
        found.append(time.monotonic() - start)
    return rounds.Spread(found).data()


def reload(one):
    """(seconds until the new worker is alone, what a neighbour noticed)."""
    noticed = []
    watch = threading.Thread(target=lambda: noticed.extend(
        probe(one, 3, None, "new")))
    watch.start()
    time.sleep(1)
    old = one.worker()
    start = time.monotonic()
    one.master.send_signal(signal.SIGHUP)
    while os.path.exists(f"/proc/{old}") or not one.workers():
        if time.monotonic() > start + 120:
            raise Failure(f"{one.name} was not reloaded:\n" + one.log())
        time.sleep(0.01)
    took = time.monotonic() - start
    one.known_worker = None
    watch.join()
    if took > 2:
        raise Failure(f"a reload took {took:.1f} s: nobody watched its end")
    return took, percentiles(noticed)


def reloads(run, one):
    """The median of several, of each of the figures."""
    took, noticed = zip(*(reload(one) for _ in range(run.fewer["slow"])))
    return (rounds.Spread(took).median,
            {name: rounds.spread(noticed, name)["median"]
             for name in noticed[0]})


def measure_many(run):
    """(start and reload, memory, lookup) with very many services."""
    keys.make_many(os.path.join(run.keys, "many"), MANY + 1)
    found, memory, looked = {}, None, None
    for title, key in (
            ("one RSA key file for all", rsa(run)),
            ("a P-256 key file for each",
             f"key file {run.keys}/many/#.key"),
            ("Secrets Manager, out of reach",
             "environment dev; key secretsmanager")):
        one = server(run, MANY, key)
        checked = check(run, one)
        one.start()
        if memory is None:
            use_all(run, one, MANY)
            memory = say_rss(f"{MANY:,} services", one.memory())
        elif looked is None:
            looked = measure_service_lookup(run, one, key)
        took, noticed = reloads(run, one)
        one.stop()
        found[title] = {"check": checked, "reload": took, "neighbour": noticed}
        rounds.say(f"  {MANY:,} services, {title}: nginx -t "
                   f"{checked['median']:.2f} s, reload {took:.2f} s, neighbour"
                   f" p99 {noticed['p99']:.2f} ms, max {noticed['max']:.1f} ms")
    return found, memory, looked


def measure_service_lookup(run, many, key):
    """CPU time of a request among many services against one of one."""
    few = server(run, 1, key).start()
    path = "/token?service="
    fill(run, few, path, 1)
    fill(run, many, path, MANY)
    found = lookup(run, "services", {
        "1 service": (few, 1, path),
        f"{MANY:,} services, always the same one": (many, 1, path),
        f"{MANY:,} services": (many, MANY, path)})
    few.stop()
    return found


# ---- tokens in the zone ----


def fill(run, one, path, count):
    """Each of these tokens is asked for."""
    done = 0
    while done < count:
        # some requests are under way when wrk stops: it begins before them
        done += wrk(one, path, 1 + (count - done) // 50000, run.load_core, 32,
                    "subjects", (path, count, max(0, done - 64)))["done"] - 64


def lookup(run, title, table):
    """table: name of a variant: server, how many to choose from, path."""
    results = rounds.interleave(
        f"lookup of {title}",
        {name: (lambda one=one, count=count, path=path: wrk(
            one, path, run.seconds, run.load_core, 64, "subjects",
            (path, count, "random")))
         for name, (one, count, path) in table.items()}, run.fewer["lookup"])
    first = next(iter(table))
    found = {}
    for name, measured in results.items():
        found[name] = {"cpu": rounds.spread(measured, "cpu"),
                       "ratio": rounds.ratios(measured, results[first], "cpu")}
        rounds.say(f"  one of {name:40} {found[name]['cpu']['median']/1000:.2f}"
                   f" us per request  x {rounds.show(found[name]['ratio'])}")
    return found


def measure_token_lookup(run):
    key = (f"key file {run.keys}/secret.key; algorithm HS256; "
           "lifetime 1h; reuse 90%; subject $arg_user")
    path = "/token?service=1&user="
    table = {}
    for count in (1, 1000, 1000000):
        one = server(run, 1, key, zone=HUGE if count > 1000 else "4m").start()
        start = time.monotonic()
        fill(run, one, path, count)
        if count > 1000:
            rounds.say(f"  {count:,} tokens made in "
                       f"{time.monotonic() - start:.0f} s")
        client = Client(one)
        for number in range(1, count + 1, max(1, count // 500)):
            if client.cache(f"{path}{number}") != "HIT":
                raise Failure(f"of {count} tokens, {number} is not kept")
        table[f"{count:,} token" + ("s" if count > 1 else "")] = (
            one, count, path)
    found = lookup(run, "tokens", table)
    for one, _, _ in table.values():
        one.stop()
    return found


class Client:
    """Tokens over one connection, and whether they came from the cache."""

    def __init__(self, one):
        self.connection = http.client.HTTPConnection("127.0.0.1", one.port,
                                                     timeout=20)

    def cache(self, path):
        self.connection.request("GET", path)
        answer = self.connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise Failure(f"GET {path}: {answer.status}")
        return answer.headers["X-Cache"]


def measure_token_bytes(run):
    """A small zone is filled: how many of the latest tokens are still there?"""
    one = server(run, 1, rsa(run) + "; subject $arg_user; claim scope "
                 + 104 * "s", zone=str(BRIM))
    one.start()
    client = Client(one)
    asked = BRIM // 400
    size = 0
    for number in range(asked):
        client.cache(f"/token?service=1&user=u{number:06}")
    kept = 0
    while client.cache("/token?service=1&user=u"
                       f"{asked - 1 - kept:06}") == "HIT":
        kept += 1
        if kept == asked:
            raise Failure("the zone was not full")
    size = len(one.get("/token?service=1&user=u000001&")[1].split('"')[3])
    one.stop()
    rounds.say(f"  {kept:,} tokens of {size} bytes in a zone of {BRIM:,} bytes:"
               f" {BRIM / kept:.0f} bytes each")
    return {"tokens": kept, "size": size, "zone": BRIM, "each": BRIM / kept}


# ---- keys in the zone ----


def keys_fit(run, count, with_history):
    """Do so many services have room, or twice the keys after a rotation?"""
    current = os.path.join(run.keys, "rotated.key")
    shutil.copy(os.path.join(run.keys, "rsa2048.key"), current)
    one = server(run, count, f"key file {current}", zone=str(BRIM))
    try:
        one.start()
        if not with_history:
            return True
        shutil.copy(os.path.join(run.keys, "rs256.key"), current)
        old = one.worker()
        one.master.send_signal(signal.SIGHUP)
        log = os.path.join(one.prefix, "logs", "error.log")
        end = time.monotonic() + 20
        while time.monotonic() < end:
            text = read(log)
            if "too small" in text or "zone is full" in text \
                    or "no memory" in text:
                return False
            if not os.path.exists(f"/proc/{old}"):
                return True
            time.sleep(0.02)
        raise Failure("no reload:\n" + one.log())
    except Failure:
        if "too small" in one.log():
            return False
        raise
    finally:
        one.stop()


def measure_key_bytes(run):
    found = {}
    for title, history in (("a key", False),
                           ("a key and its predecessor", True)):
        low, high = BRIM // 20000, BRIM // 1500
        while high - low > 8:
            middle = (low + high) // 2
            if keys_fit(run, middle, history):
                low = middle
            else:
                high = middle
        found[title] = {"services": low, "zone": BRIM, "each": BRIM / low}
        rounds.say(f"  {low:,} services with {title} (RSA 2048) in a zone of"
                   f" {BRIM:,} bytes: {BRIM / low:.0f} bytes each")
    return found


def run_section(run):
    rounds.say("memory, many services, many tokens")
    found = {"rss": measure_few(run), "key_bytes": measure_key_bytes(run)}
    found["token_bytes"] = measure_token_bytes(run)
    found["many"], memory, found["services"] = measure_many(run)
    found["rss"][f"{MANY:,} services"] = memory
    found["tokens"] = measure_token_lookup(run)
    return found
