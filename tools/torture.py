#!/usr/bin/python3
"""torture.py [--check] [F07 …]: everything that may go wrong, with figures.

Runs the proofs of t/torture/faults.tsv, each suite once and those of t/torture
in their long form, prints a line for each fault and ends in "N passed, N
failed"; writes what it has seen to TORTURE.md when all faults were asked for.
With numbers of faults only those.  --check runs nothing: it says what is wrong
with the list, as a test.

All of it is in networks of its own (tools/netns.sh), and what is started is
ended with it.  JOBS= suites at once (2).
"""

import concurrent.futures
import os
import re
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LIST = "t/torture/faults.tsv"
REPORT = "TORTURE.md"
COUNT = 112             # faults in the catalogue
LIMIT = 420             # seconds for a suite
LONGER = "## Longer runs"


class Fault:
    """A line of the list."""

    def __init__(self, line):
        fields = line.rstrip("\n").split("\t")
        if len(fields) != 4:
            raise ValueError("not four fields: " + line[:60])
        self.number, self.what, proof, self.failed_by = fields
        self.never = proof.startswith("cannot happen: ") and proof
        self.proofs = [] if self.never else [
            tuple(part.split(": ", 1)) for part in proof.split("; ")]

    def wrong(self):
        """What a reader would not find."""
        if not self.never and not self.failed_by.strip():
            yield "does not say what made its proof fail"
        for proof in self.proofs:
            if len(proof) != 2:
                yield "no name of a test in \"%s\"" % proof[0]
            elif not os.path.exists(proof[0]):
                yield "there is no " + proof[0]
            elif proof[1] not in text_of(proof[0]):
                yield "no test \"%s\" in %s" % (proof[1], proof[0])


def text_of(path):
    """A file with its strings put together again."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    text = re.sub(r"'\s*\.\s*'|\"\s*\.\s*\"|'\s*\.\s*\"|\"\s*\.\s*'", "", text)
    return re.sub(r"\n[#* ]+", " ", text) + text


def faults():
    """All of the list."""
    with open(LIST, encoding="utf-8") as file:
        return [Fault(line) for line in file if not line.startswith("#")]


def check():
    """The list as a test: TAP."""
    entries = faults()
    wanted = ["F%02d" % number for number in range(1, COUNT + 1)]
    wrong = ["%s: %s" % (fault.number, why)
             for fault in entries for why in fault.wrong()]
    if [fault.number for fault in entries] != wanted:
        wrong.insert(0, "the numbers are not F01 to F%d in their order" % COUNT)
    print("%s 1 - every fault of the catalogue has its proof"
          % ("not ok" if wrong else "ok"))
    for line in wrong:
        print("#   " + line)
    print("1..1")
    return 1 if wrong else 0


class Suite:
    """One that ran: its tests by their names, its figures."""

    def __init__(self, path):
        self.path = path
        self.good, self.bad, self.figures = [], [], {}
        self.seconds, self.status = 0.0, 0

    def command(self):
        """How it is run, as tools/test.sh does."""
        name = os.path.splitext(os.path.basename(self.path))[0]
        if self.path.startswith("t/unit/"):
            return ["build/unit/plain/" + name]
        if self.path.endswith(".t"):
            return ["tools/suite.sh", self.path]
        return {"tools/layers.sh": ["tools/layers.sh"],
                "tools/selftest.sh": ["tools/selftest.sh"],
                "tools/secrets.pl": ["tools/secrets.pl", "build/test-logs",
                                     "build/test-keys"]}[self.path]

    def run(self):
        env = {**os.environ, "JWT_ISSUER_TORTURE": "1",
               "SUITE_TIMEOUT": str(LIMIT),
               "TEST_NGINX_KEYS": os.path.join(ROOT, "build/test-keys")}
        start = time.monotonic()
        done = subprocess.run(self.command(), env=env, text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              errors="replace")
        self.seconds = time.monotonic() - start
        self.status = done.returncode
        for line in done.stdout.splitlines():
            self.read(line)
        if self.status:
            print("\n".join("#   " + line for line in
                            done.stdout.splitlines()[-12:]), flush=True)
        return self

    def read(self, line):
        test = re.match(r"(not )?ok \d+(?: - (.*))?", line)
        figure = re.match(r"# figure (F\d+): (.*)", line)
        left_out = re.search(r"# *(?:skip|todo)\b", line, re.IGNORECASE)
        if test:
            (self.bad if test[1] or left_out
             else self.good).append(test[2] or "")
        elif figure:
            self.figures.setdefault(figure[1], []).append(figure[2])

    def failed(self):
        """A suite without tests says nothing, nor does one that skips them."""
        return self.status != 0 or self.bad or (
            self.path.startswith("t/") and not self.good)

    def log_name(self):
        """The folder of its log, as tools/suite.sh names it."""
        return os.path.splitext(self.path)[0].partition("/")[2].replace(
            "/", "-")


def alerts(suites):
    """A crash, or any other alert that a suite did not expect, fails it."""
    done = subprocess.run(["tools/alerts.pl", "build/test-logs"], text=True,
                          check=False, stdout=subprocess.PIPE,
                          errors="replace")
    if done.returncode > 1:
        sys.exit("tools/alerts.pl ended with %d" % done.returncode)
    for line in done.stdout.splitlines():
        found = re.match(r"not ok \d+ - (.*/(.*))", line)
        if found or line.startswith("#"):
            print(line, flush=True)
        for suite in suites if found else ():
            if suite.log_name() == found[2]:
                suite.bad.append(found[1])


def judge(fault, suites):
    """(whether it is survived, the figure)"""
    if fault.never:
        return True, fault.never
    ran = [suites[path] for path in dict(fault.proofs)]
    figures = [text for suite in ran
               for text in suite.figures.get(fault.number, ())]
    tests = sum(len(suite.good) for suite in ran)
    if not figures:
        figures = ["%d tests in %s" % (tests, ", ".join(
            suite.path for suite in ran))]
    lost = [suite.path for suite in ran if suite.failed()]
    lost += ["no test \"%s\" in %s" % (name, path)
             for path, name in fault.proofs if path.startswith("t/")
             and not any(name in test for test in suites[path].good)]
    return not lost, "; ".join(figures) + (
        " FAILED: " + ", ".join(lost) if lost else "")


def report(rows, took):
    """What is kept of it, and what people wrote about other runs."""
    good = sum(1 for row in rows if row[2])
    with open(REPORT, encoding="utf-8") as file:
        longer = file.read().partition(LONGER)
    with open(REPORT, "w", encoding="utf-8") as file:
        file.write("""# What was tried, how often, and what was lost

`make torture` writes this page: the last run on a machine with %d processors,
%d minutes. Each line is a fault of the catalogue; what proves that it is
survived is in [t/torture/faults.tsv](t/torture/faults.tsv). A request that was
under way in a process that is killed is lost with it; nothing else is.

| fault | what happens | survived | figures |
| --- | --- | --- | --- |
""" % (os.cpu_count() or 1, round(took / 60 + 0.5)))
        for number, what, fine, figure in rows:
            file.write("| %s | %s | %s | %s |\n" % (
                number, what, "yes" if fine else "**no**",
                figure.replace("|", "\\|")))
        file.write("\n%d passed, %d failed\n" % (good, len(rows) - good))
        file.write("\n" + "".join(longer[1:]))


def main(wanted):
    os.chdir(ROOT)
    if wanted == ["--check"]:
        return check()
    start = time.monotonic()
    chosen = [fault for fault in faults()
              if not wanted or fault.number in wanted]
    paths = sorted({proof[0] for fault in chosen for proof in fault.proofs},
                   key=lambda path: (not path.startswith("t/torture/"),
                                     path == "tools/secrets.pl", path))
    subprocess.run(["tools/torture.sh"], check=True)
    with concurrent.futures.ThreadPoolExecutor(
            int(os.environ.get("JOBS") or 2)) as pool:
        last = [path for path in paths if path == "tools/secrets.pl"]
        suites = {suite.path: suite for suite in pool.map(
            lambda path: Suite(path).run(),
            [path for path in paths if path not in last])}
    for path in last:
        suites[path] = Suite(path).run()
    alerts(suites.values())
    rows = []
    for fault in chosen:
        fine, figure = judge(fault, suites)
        rows.append((fault.number, fault.what, fine, figure))
    for number, what, fine, figure in rows:
        print("%s %s: %s: %s"
              % ("ok  " if fine else "FAIL", number, what, figure))
    for suite in sorted(suites.values(), key=lambda suite: -suite.seconds)[:8]:
        print("# %3.0f s  %s" % (suite.seconds, suite.path))
    if not wanted:
        report(rows, time.monotonic() - start)
    good = sum(1 for row in rows if row[2])
    bad = len(rows) - good
    print("%d passed, %d failed" % (good, bad))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
