#!/usr/bin/env python3
"""soak.py MINUTES [--write]: nginx for a long time, with all that changes.

Keys are rotated every 30 seconds, every third answer of their source is bad,
nginx is reloaded every minute, and clients ask for tokens, reused tokens,
injected ones (HTTP/1.1 and HTTP/2), key sets and the status all the time; each
token is verified with the key set that a receiver has then.  In the end what
was in use is judged (does it grow?), and logs, the status, error pages, the
workers' environment and memory are searched for keys; a worker that is aborted
must not leave a core dump.

Prints one line per promise and "N passed, N failed"; the report and the plot
are build/soak/soak.md and soak.svg, with --write also in doc/.  To be run by
tools/netns.sh (make soak).  The parts are in t/lib/soak/.
"""

import collections
import fcntl
import glob
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "t", "lib", "soak"))
sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
import load
import memory
import plot
import samples
import setup

FOLDER = os.path.join(ROOT, "build", "soak")
AWS_KEY = ("AKIATESTTESTTEST0001", "test+secret/key0123456789abcdefghijklmn")
ROTATE, RELOAD = 30, 60

# what a log may have at the level of warnings and above, and why
EXPLAINED = (
    ("the source failed, as it was told to",
     r"\[error\] .*: key is not fetched: .*, next try in \d+ "),
    ("a key in a task definition's plain variable is warned of",
     r"\[warn\] .*variable \"PRIVATE_KEY\" of the task definition can be"),
    ("strangers were refused, as they should be",
     r"\[error\] .*access forbidden by jwt_issuer_require"),
    ("strangers asked for what is not there",
     r"\[error\] .*(?:no jwt service \"none\"|/nothing\" failed \(2: )"),
    ("a kept connection to the upstream, nginx itself, ended with a reload",
     r"\[error\] .*(?:recv\(\) failed \(104|writev\(\) failed \(32): "
     r".*upstream: \"http://unix:"),
    ("core dumps are allowed by nginx, and not by the module",
     r"\[warn\] .*\"worker_rlimit_core\" has no effect without"),
    ("a worker was aborted, which leaves no core dump",
     r"\[alert\] .*exited on signal 6"),
)


class Verdict:
    """Lines that are printed, counted, and kept for the report."""

    def __init__(self):
        self.rows = []

    def add(self, good, what, figure):
        """One promise."""
        self.rows.append((bool(good), what, str(figure)))
        print("%s  %s: %s" % ("ok    " if good else "FAILED", what, figure),
              flush=True)

    def failed(self):
        """How many were not kept."""
        return sum(not good for good, _, _ in self.rows)


def free_ports(number):
    """Ports that nobody listens at."""
    held = [socket.socket() for _ in range(number)]
    for sock in held:
        sock.bind(("127.0.0.1", 0))
    ports = [sock.getsockname()[1] for sock in held]
    for sock in held:
        sock.close()
    return ports


class Soak:
    """One run."""

    def __init__(self, minutes):
        self.seconds = minutes * 60
        self.verdict = Verdict()
        self.reloads = []
        shutil.rmtree(FOLDER, ignore_errors=True)
        os.makedirs(FOLDER)
        os.chmod(FOLDER, 0o755)
        self.source = setup.Source(FOLDER + "/source")
        self.nginx = setup.Nginx(FOLDER, [*free_ports(2), self.source.port])
        self.rotation = setup.Rotation(self.source, FOLDER, ROTATE)
        self.trouble = setup.Trouble(self.source)
        self.totals = load.Totals()
        self.sampler = None
        self.clients = []
        self.helpers = []
        self.inherited = None
        threading.excepthook = self.broken

    def broken(self, about):
        """A thread has ended for a reason that nobody thought of."""
        self.helpers.append("%s: %r" % (about.thread.name, about.exc_value))

    def ask(self, path):
        """The text of nginx's answer."""
        return setup.ask(self.nginx.port, path)

    def reload(self):
        """HUP, until only new workers take requests."""
        old = set(samples.workers(self.nginx.master()))
        # the master reads files, and keeps their keys until the next one
        self.inherited = dict(self.rotation.history)["local"]
        self.nginx.signal(signal.SIGHUP)
        end = time.monotonic() + 20
        while time.monotonic() < end:
            now = samples.workers(self.nginx.master())
            if len(now) == self.nginx.workers and not old & set(now):
                return True
            time.sleep(0.05)
        self.totals.note("reload", "no new workers")
        return False

    def start(self):
        """Everything but trouble."""
        self.rotation.first()
        self.nginx.start({"AWS_ACCESS_KEY_ID": AWS_KEY[0],
                          "AWS_SECRET_ACCESS_KEY": AWS_KEY[1]})
        end = time.monotonic() + 20
        for name in self.rotation.kinds:
            path = "/kept?s=0" if name == "kept" else "/token/" + name
            while self.ask(path) is None:
                if time.monotonic() > end:
                    raise RuntimeError("no token of " + name)
                time.sleep(0.1)
        self.clients = load.clients(
            self.totals, (self.nginx.port, self.nginx.http2), setup.LIFETIME)
        self.sampler = samples.Sampler(self.nginx.master(), self.ask)
        for thread in [*self.clients, self.rotation, self.trouble,
                       self.sampler]:
            thread.start()

    def run(self):
        """The time itself."""
        start = time.monotonic()
        while time.monotonic() - start < self.seconds:
            until = min(self.seconds, (len(self.reloads) + 1) * RELOAD)
            time.sleep(max(0, start + until - time.monotonic()))
            if until < self.seconds:
                self.reloads.append(time.monotonic() - start)
                self.reload()

    def debug(self):
        """All of it once more with a debug log, which would fill a disk."""
        self.nginx.level = "debug"
        self.nginx.write()
        self.reload()
        time.sleep(10)

    def quiet(self):
        """Ends clients and trouble; keys that are done leave."""
        for client in self.clients:
            client.stop()
        for client in self.clients:
            client.join(90)
        self.trouble.stop()
        self.rotation.stop()

    def settle(self):
        """Until each service has one key that signs or has signed.

        Workers parse a key when they make a token of it, and keep the one before
        until then: all are asked, for one that is in no cache as well.
        """
        end = time.monotonic() + 90
        while time.monotonic() < end:
            for number in range(8):
                for path in ("/token/core", "/token/rsa", "/token/task",
                             "/token/local",
                             "/kept?s=%f-%d" % (time.time(), number)):
                    self.ask(path)
            status = json.loads(self.ask("/status?format=json") or "{}")
            keys = [[key for key in one["keys"] if key["state"] != "published"]
                    for one in status.get("services", [])]
            if keys and max(map(len, keys)) == 1:
                return True
            time.sleep(1)
        return False

    # ---- what came of it

    def judge_load(self):
        """Requests and tokens."""
        counts, add = self.totals.counts, self.verdict.add
        add(counts["requests"] and not counts["lost"], "requests without an "
            "answer", "%d of %d" % (counts["lost"], counts["requests"]))
        add(not counts["not answered"], "answers other than expected",
            counts["not answered"])
        add(counts["verified"] and not counts["refused"],
            "tokens refused by a verifier with the key set of their time",
            "%d of %d, and of %d once more before their end" % (
                counts["refused"], counts["verified"],
                counts["verified again"]))
        for kind in ("wrong times", "twice", "client", "reload",
                     "told a secret"):
            add(not counts[kind], {
                "wrong times": "tokens of a wrong lifetime",
                "twice": "tokens with the id of another one",
                "client": "faults of the clients themselves",
                "reload": "reloads that failed, of %d" % len(self.reloads),
                "told a secret": "key sets with a private member",
            }[kind], counts[kind])
        add(self.rotation.rounds >= self.seconds // ROTATE - 1
            or self.seconds < 2 * ROTATE, "rotations",
            "%d of %d keys each" % (self.rotation.rounds,
                                    len(self.rotation.kinds)))
        add(not self.helpers, "faults of what makes trouble and keys",
            "; ".join(self.helpers) or 0)
        asked = sum(number for action, number in
                    self.source.order("counts")["actions"].items()
                    if action.startswith(("secretsmanager.", "ecs.")))
        add(self.trouble.struck, "answers of the source that were spoilt",
            "%d of %d" % (self.trouble.struck, asked))

    def judge_samples(self):
        """Whether anything grows."""
        rows = samples.judge(self.sampler.samples)
        for row in rows:
            self.verdict.add(
                row["flat"], row["unit"],
                "{:,.0f} ({:,} to {:,}), {:+.3g} in 10 minutes".format(
                    row["median"], row["low"], row["high"], row["per10"]))
        grown = samples.generations(self.sampler.samples, self.reloads)
        if grown:
            # 64 bytes for each request would be 400
            middle = statistics.median(grown)
            self.verdict.add(
                middle < 100, "kB that a worker grows by in a minute, half a "
                "minute after its start",
                "%.0f (%.0f to %.0f in %d generations)" % (
                    middle, min(grown), max(grown), len(grown)))
        return rows

    def judge_log(self):
        """Everything of it is known."""
        found, odd = collections.Counter(), []
        with open(FOLDER + "/error.log", encoding="utf-8",
                  errors="replace") as file:
            for line in file:
                if not re.search(r"\[(warn|error|crit|alert|emerg)\]", line):
                    continue
                for why, pattern in EXPLAINED:
                    if re.search(pattern, line):
                        found[why] += 1
                        break
                else:
                    odd.append(line.strip()[:300])
        for line in odd[:20]:
            print("        " + line)
        self.verdict.add(not odd, "unexplained lines in the log", "%d (%s)" % (
            len(odd), "; ".join("%d: %s" % (number, why)
                                for why, number in found.items()) or "none"))

    def secrets(self):
        """What may be nowhere: done keys, those in use, others."""
        done, used = {}, {}
        last = dict(self.rotation.history)
        for number, (name, pem) in enumerate(self.rotation.history):
            if pem == self.inherited and pem != last[name]:
                continue
            where = used if last[name] == pem else done
            where["%s %d" % (name, number)] = memory.forms(pem)
        return done, used

    def judge_memory(self, done, used):
        """The zone has overwritten what is done."""
        pid = samples.workers(self.nginx.master())[0]
        found = memory.search(pid, {**done, **used})
        zone = sum(bool(found[name]["zone"]) for name in done)
        own = [name for name in done if found[name]["own"]]
        there = sum(bool(found[name]["zone"]) for name in used)
        self.verdict.add(there == len(used), "keys in use that are found in "
                         "the zone", "%d of %d" % (there, len(used)))
        self.verdict.add(not zone, "keys that are done and still in the zone",
                         "%d of %d" % (zone, len(done)))
        # some copies that libraries have freed as they are (SECURITY.md, S26);
        # references that are not given back would be more of them
        self.verdict.add(len(own) <= max(1, len(done) // 50), "keys that are "
                         "done and still in a worker's own memory, where "
                         "libraries have freed some as they are", "%d of %d %s" % (
                             len(own), len(done), " ".join(own)))
        return pid

    def judge_core(self, pid):
        """A worker that is aborted leaves no core dump."""
        os.kill(pid, signal.SIGABRT)
        told, end = None, time.monotonic() + 20
        while told is None and time.monotonic() < end:
            time.sleep(0.1)
            told = re.search(rb" process %d (exited on signal 6.*)" % pid,
                             memory.read(FOLDER + "/error.log"))
        told = told[1].decode() if told else "nothing is known of it"
        files = len(glob.glob(FOLDER + "/core/*"))
        self.verdict.add(
            told == "exited on signal 6" and not files, "a worker that is "
            "aborted leaves no core dump, in spite of worker_rlimit_core",
            "%d, %s" % (files, told))

    def judge_leaks(self, pid):
        """Logs, answers, the environment."""
        words = [AWS_KEY[1]]
        for _, pem in self.rotation.history:
            lines = pem.decode().splitlines()
            words += lines[2:-2] or lines[1:-1]
        with open(FOLDER + "/forbidden", "w", encoding="utf-8") as file:
            file.writelines("key %s\n" % word for word in words)
            file.writelines("token %s\n" % word
                            for word in self.totals.signatures)
        told = subprocess.run([os.path.join(ROOT, "tools", "secrets.pl"),
                               FOLDER], capture_output=True, text=True,
                              check=False)
        os.unlink(FOLDER + "/forbidden")
        self.verdict.add(told.returncode == 0, "secrets in error log (at the "
                         "end at debug) and access log",
                         told.stdout.strip().splitlines()[-1])
        if told.returncode:
            print(told.stdout)
        pages = "".join(sorted(self.totals.pages)) + "".join(
            self.ask("/status?format=" + name) or ""
            for name in ("json", "prometheus", "html"))
        self.verdict.add(not any(word in pages for word in words
                                 + self.totals.signatures),
                         "secrets in status and error pages",
                         "0 in %d bytes" % len(pages))
        environ = b"".join(memory.read("/proc/%d/environ" % one)
                           for one in (pid, self.nginx.master()))
        keys = [word for word in words[1:] if word.encode() in environ]
        self.verdict.add(not keys, "keys in the environment of the processes",
                         len(keys))

    def finish(self):
        """All of that; the rows of the series."""
        self.sampler.stop()
        self.debug()
        self.quiet()
        settled = self.settle()
        self.verdict.add(settled, "in the end each service has one key that signs",
                         "yes" if settled else "no")
        self.judge_load()
        rows = self.judge_samples()
        done, used = self.secrets()
        pid = self.judge_memory(done, used)
        self.judge_leaks(pid)
        self.judge_core(pid)
        self.judge_log()
        for line in self.totals.wrong:
            print("        " + line)
        return rows

    def stop(self):
        """Ends what this has started."""
        try:
            self.nginx.signal(signal.SIGTERM)
        except (OSError, ValueError):
            pass
        self.source.stop()


def report(soak, rows, minutes):
    """The page and its picture; their folder."""
    title = "%g minutes of rotation, faults, reloads and load" % minutes
    with open(FOLDER + "/soak.svg", "w", encoding="utf-8") as file:
        file.write(plot.draw(soak.sampler.samples, rows, soak.reloads, title))
    with open(FOLDER + "/samples.json", "w", encoding="utf-8") as file:
        json.dump(soak.sampler.samples, file)
    counts = soak.totals.counts
    lines = ["# Soak: " + title, "",
             "Written by `make soak`. A rotation of 5 keys every %d seconds, "
             "every third\nanswer of their source spoilt, a reload every %d "
             "seconds, %d requests in all\n(%d over HTTP/2), 2 workers." % (
                 ROTATE, RELOAD, counts["requests"],
                 counts["requests over HTTP/2"]), "",
             "![what was in use](soak.svg)", "",
             "| | what | figure |", "| --- | --- | --- |"]
    lines += ["| %s | %s | %s |" % ("ok" if good else "FAILED", what, figure)
              for good, what, figure in soak.verdict.rows]
    with open(FOLDER + "/soak.md", "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def main():
    """Prints the verdict; 1 when any promise was not kept."""
    minutes = float(sys.argv[1])
    lock = open(FOLDER + ".lock", "w", encoding="utf-8")
    fcntl.flock(lock, fcntl.LOCK_EX)    # one at a time: they share a folder
    soak = Soak(minutes)
    try:
        soak.start()
        soak.run()
        rows = soak.finish()
        report(soak, rows, minutes)
    finally:
        soak.stop()
    if "--write" in sys.argv:
        for name in ("soak.svg", "soak.md"):
            shutil.copy(os.path.join(FOLDER, name), os.path.join(ROOT, "doc"))
    failed = soak.verdict.failed()
    print("%d passed, %d failed" % (len(soak.verdict.rows) - failed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
