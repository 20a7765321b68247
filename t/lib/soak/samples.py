"""samples.py: what an nginx has in use, each second, and whether it grows."""

import json
import os
import statistics
import threading
import time

# what is drawn and judged: name, unit, and by how much the middle half of an
# hour may differ from the one before and still be called flat
SERIES = (
    ("master", "kB of memory of the master", 0.02, 600),
    ("worker", "kB of memory of a worker", 0.03, 900),
    ("zone", "kB of the zone in use", 0.02, 32),
    ("tokens", "tokens in the cache", 0.10, 20),
    ("files", "descriptors of all workers", 0.05, 8),
    ("connections", "connections", 0.10, 8),
)


def read(path):
    """Text of a file of /proc; empty when the process has gone."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def children(pid):
    """Processes that this one has started."""
    return [int(word) for word in
            read("/proc/%d/task/%d/children" % (pid, pid)).split()]


def memory(pid):
    """kB of its own; what is shared is the zone, which has its own series."""
    for line in read("/proc/%d/status" % pid).splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1])
    return 0


def files(pid):
    """Open descriptors."""
    try:
        return len(os.listdir("/proc/%d/fd" % pid))
    except OSError:
        return 0


def workers(master):
    """Those that take requests."""
    return [pid for pid in children(master)
            if "worker process" in read("/proc/%d/cmdline" % pid)
            and "shutting" not in read("/proc/%d/cmdline" % pid)]


class Sampler(threading.Thread):
    """One sample a second; ask(path) is the text of an answer, or None."""

    def __init__(self, master, ask):
        super().__init__(daemon=True)
        self.master, self.ask = master, ask
        self.start_time = time.monotonic()
        self.ended = threading.Event()
        self.samples = []

    def stop(self):
        """No more of them."""
        self.ended.set()
        self.join()

    def run(self):
        while not self.ended.wait(1):
            sample = self.one()
            if sample:
                self.samples.append(sample)

    def one(self):
        """A sample, or None while nobody answers."""
        status, stub = self.ask("/status?format=json"), self.ask("/stub")
        pids = workers(self.master)
        if not status or not stub or not pids:
            return None
        status = json.loads(status)
        zone = status["zone"]
        return {
            "at": round(time.monotonic() - self.start_time, 1),
            "master": memory(self.master),
            "worker": round(statistics.mean(map(memory, pids))),
            "zone": (zone["size"] - zone["free"]) // 1024,
            "tokens": status["cached_tokens"],
            "files": sum(map(files, pids)),
            "connections": int(stub.split()[2]),
            "workers": len(pids),
        }


def slope(points):
    """Theil and Sen's: the median of the slopes of all pairs."""
    points = points[::max(1, len(points) // 300)]
    slopes = [(y2 - y1) / (x2 - x1)
              for i, (x1, y1) in enumerate(points)
              for x2, y2 in points[i + 1:] if x2 > x1]
    return statistics.median(slopes) if slopes else 0


def judge(samples):
    """For each series: its middle, extremes, growth in 10 minutes, flat."""
    half = samples[len(samples) // 2:]
    rows = []
    for name, unit, share, least in SERIES:
        values = [sample[name] for sample in half]
        middle = statistics.median(values)
        span = half[-1]["at"] - half[0]["at"]
        growth = slope([(sample["at"], sample[name]) for sample in half])
        rows.append({
            "name": name, "unit": unit, "median": middle,
            "low": min(values), "high": max(values),
            "per10": growth * 600,
            "flat": growth * span <= max(share * middle, least)})
    return rows


def generations(samples, reloads):
    """How much a worker of each generation has grown after its first half
    minute, in kB by minute; none of the last one, which may have been short."""
    grown = []
    for start, end in zip(reloads, reloads[1:]):
        points = [(sample["at"], sample["worker"]) for sample in samples
                  if start + 30 < sample["at"] < end - 1]
        if len(points) > 10:
            grown.append(slope(points) * 60)
    return grown
