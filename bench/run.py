#!/usr/bin/env python3
"""run.py [SECTION...]: runs the bench and writes RESULTS.md and results.svg.

Sections: cached mint latency memory (default: all of them).  With some named,
the other sections' figures are those of the last run.  "report" only writes.

BENCH_ROUNDS   interleaved rounds of a cached token against nginx's constant
               (40); what takes longer has a part of them
BENCH_SECONDS  of each measurement there (0.25)
"""

import json
import os
import shutil
import signal
import sys
import tempfile
import time

import cached
import keys
import latency
import machine
import memory
import mint
import nginxes
import report
import rounds

SECTIONS = {"cached": cached, "mint": mint, "latency": latency,
            "memory": memory}
ROOT = os.path.dirname(nginxes.HERE)


class Run:
    """What all sections need to know."""

    def __init__(self):
        # many short rounds: what is compared is then close in time
        self.rounds = int(os.environ.get("BENCH_ROUNDS") or 40)
        self.seconds = float(os.environ.get("BENCH_SECONDS") or 0.25)
        self.fewer = rounds.fewer(self.rounds)
        self.module = os.path.join(ROOT, "build",
                                   "ngx_http_jwt_issuer_module.so")
        self.worker_core, self.load_core = machine.CORES[:2]
        # the worker is another user and must be able to pass
        self.folder = tempfile.mkdtemp(prefix="jwt-issuer-bench.")
        os.chmod(self.folder, 0o755)
        self.keys = os.path.join(self.folder, "keys")

    def __enter__(self):
        keys.make(self.keys)
        return self

    def __exit__(self, *_):
        nginxes.stop_all()
        shutil.rmtree(self.folder, ignore_errors=True)


def check_machine():
    if len(machine.CORES) < 2:
        sys.exit("The bench needs two cores: one for nginx, one for the load.")
    for tool in ("wrk", "openssl", "taskset"):
        if not shutil.which(tool):
            sys.exit(f"{tool} is missing: run \"tools/deps.sh bench\".")
    for name in ("ndk_http", "ngx_http_lua", "ngx_http_js"):
        if not os.path.exists(f"{machine.MODULES}/{name}_module.so"):
            sys.exit(f"{name}_module.so is missing in {machine.MODULES}: "
                     "run \"tools/deps.sh bench\".")


def main():
    data_path = os.path.join(ROOT, "build", "bench.json")
    wanted = sys.argv[1:] or list(SECTIONS)
    data = {}
    if sys.argv[1:] and os.path.exists(data_path):
        with open(data_path, encoding="utf-8") as file:
            data = json.load(file)

    if wanted != ["report"]:
        check_machine()
        # an interrupted run tidies up, too
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
        with Run() as run:
            data["machine"] = machine.describe()
            data["rounds"], data["seconds"] = run.rounds, run.seconds
            for name in wanted:
                start = time.monotonic()
                data[name] = SECTIONS[name].run_section(run)
                rounds.say(f"  ({name}: {time.monotonic() - start:.0f} s)")
                with open(data_path, "w", encoding="utf-8") as file:
                    json.dump(data, file, indent=1)

    report.write(data)


if __name__ == "__main__":
    try:
        main()
    except nginxes.Failure as failure:
        sys.exit(f"bench: {failure}")
    except KeyboardInterrupt:
        sys.exit("bench: interrupted")
