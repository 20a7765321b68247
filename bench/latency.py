"""latency.py: what a neighbour on the same worker notices of signatures."""

import os
import subprocess
import sys

import cached
import machine
import rounds
from load import Background, pinned
from nginxes import HERE, Failure, Nginx

SECONDS = 2
PAUSE = 2           # milliseconds between two requests of the neighbour

# clients that ask at full rate, and how many
FEW, MANY = 4, 64


def probe(server, seconds, core=None, *options):
    """Milliseconds of each request of the neighbour, sorted."""
    command = pinned(core, [sys.executable, os.path.join(HERE, "probe.py"),
                            str(server.port), str(seconds), str(PAUSE),
                            *options])
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        raise Failure(f"the neighbour of {server.name} said: {done.stdout}")
    return sorted(float(line) for line in done.stdout.split())


def percentiles(times):
    return {"p50": times[len(times) // 2],
            "p99": times[min(len(times) - 1, len(times) * 99 // 100)],
            "max": times[-1]}


class Case:
    """A load beside the neighbour, or none."""

    def __init__(self, server, path=None, clients=FEW, core=None,
                 subjects=False):
        self.server, self.path, self.clients = server, path, clients
        self.core, self.subjects = core, subjects

    def __call__(self):
        cores = set(machine.CORES) if self.core is None else {self.core}
        self.server.cores = cores
        if self.path is None:
            self.server.pin()
            return {**percentiles(probe(self.server, SECONDS, self.core)),
                    "rate": 0}
        script = {"script": "subjects",
                  "arguments": (self.path, 10 ** 9)} if self.subjects else {}
        load = Background(self.server, self.path, self.core, self.clients,
                          **script)
        # threads of a pool come with the first signatures
        measured = self.settle()
        measured.update(rate=load.finish()["rate"])
        return measured

    def settle(self):
        probe(self.server, 0.3, self.core)
        self.server.pin()
        return percentiles(probe(self.server, SECONDS, self.core))


def start(run):
    values = {"upstream": 1, "preload": cached.preload(run, "")}

    def module(pool, threads=None):
        block = (f"thread_pool {pool} threads={threads};" if threads else "")
        return Nginx(run, "mint", pool=pool, main_block=block).start()

    return {
        "pool": module("default"),
        "inline": module("off"),
        "threads 1": module("slow", 1),
        "threads 2": module("slow", 2),
        "lua": Nginx(run, "lua", **values).start(),
        "njs": Nginx(run, "njs", **values).start(),
    }


def tables(run, servers):
    """Title of a table: its rows."""
    one_core = run.worker_core
    found = {}
    for bits in ("2048", "4096"):
        service = "RS512" if bits == "2048" else "R4096"
        ours = f"/token?service={service}"
        peer = f"?key=rsa{bits}&alg=RS512"
        found[f"RSA {bits}, {FEW} clients, all cores"] = {
            "idle": Case(servers["pool"]),
            "module, thread pool": Case(servers["pool"], ours),
            "module, inline": Case(servers["inline"], ours),
            "lua, key kept": Case(servers["lua"], "/kept" + peer),
            "njs": Case(servers["njs"], "/minted" + peer),
        }
    found[f"RSA 4096, {FEW} clients, all on one core"] = {
        "idle": Case(servers["pool"], core=one_core),
        "module, thread pool": Case(servers["pool"], ours, core=one_core),
        "module, inline": Case(servers["inline"], ours, core=one_core),
        "lua, key kept": Case(servers["lua"], "/kept" + peer, core=one_core),
    }
    for bits in ("2048", "4096"):
        path = f"/token?service=many{bits}&user="
        found[f"RSA {bits}, {MANY} clients, each another token, all cores"] = {
            title: Case(servers[name], path, MANY, subjects=True)
            for title, name in (("the pool \"default\", 32 threads", "pool"),
                                ("pool of 2 threads", "threads 2"),
                                ("pool of 1 thread", "threads 1"))}
    return found


def run_section(run):
    servers = start(run)
    found = {}
    for title, cases in tables(run, servers).items():
        rounds.say(f"neighbour's latency: {title}")
        results = rounds.interleave(title, cases, run.fewer["slow"])
        found[title] = {}
        for name, measured in results.items():
            row = {field: rounds.spread(measured, field)
                   for field in ("p50", "p99", "max", "rate")}
            if "idle" in results and name != "idle":
                row["ratio"] = rounds.ratios(measured, results["idle"], "p99")
            found[title][name] = row
            rounds.say(f"  {name:30}" + "".join(
                f"  {field} {rounds.show(row[field])}"
                for field in ("p50", "p99", "max")) + " ms"
                + f"  {row['rate']['median']:6.0f} tokens/s")
    for server in servers.values():
        server.stop()
    return found
