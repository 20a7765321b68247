"""scaling_sim.py: the same fleet as a simulation of events.

Each proxy does what the module does: a timer for each service, its calls one
after the other, 12 transfers at a time, three attempts, the back-off; the
source counts, and refuses what is over a quota.  Nothing here knows the closed
forms of scaling_model.py.
"""

import heapq
import random
from collections import Counter, deque

ATTEMPTS = 3
TRANSFERS = 12
FIRST = {"secretsmanager": "current", "ecs": "service"}


class Bucket:
    """A quota: so many per second, so many at once."""

    def __init__(self, rate, burst=None):
        self.rate, self.size = rate, rate if burst is None else burst
        self.left, self.then = self.size, 0.0

    def take(self, now):
        """Whether this one may pass."""
        self.left = min(self.size, self.left + (now - self.then) * self.rate)
        self.then = now
        if self.left < 1:
            return False
        self.left -= 1
        return True


class Key:
    """A service of a proxy: what it has seen and what it asks for now."""

    __slots__ = ("proxy", "source", "version", "fails", "step", "fresh",
                 "attempts", "read", "good")

    def __init__(self, proxy, source, version):
        self.proxy, self.source, self.version = proxy, source, version
        self.fails, self.attempts, self.good = 0, 0, 0.0
        self.step = self.read = None
        self.fresh = False


class Proxy:
    """Its transfers."""

    __slots__ = ("active", "waiting", "cut")

    def __init__(self):
        self.active, self.waiting, self.cut = 0, deque(), ()


class Simulation:
    """sources: of the M services; call: mean seconds of a call."""

    def __init__(self, proxies, sources, refresh, seed=1, call=0.05,
                 quotas=None, rotations=(), steady=False):
        self.random = random.Random(seed)
        self.refresh, self.call = refresh, call
        self.buckets = {name: Bucket(*quota)
                        for name, quota in (quotas or {}).items()}
        self.rotations = sorted(rotations)
        self.now, self.order, self.events = 0.0, 0, []
        self.calls, self.refused = Counter(), Counter()
        self.seen = [[] for _ in self.rotations]    # seconds after it
        self.gaps = []                              # between good fetches
        self.busiest = 0
        self.proxies = [Proxy() for _ in range(proxies)]
        self.keys = []
        for proxy in self.proxies:
            for source in sources:
                key = Key(proxy, source, 0 if steady else -1)
                self.keys.append(key)
                # steady: anywhere in a round; else all start now
                self.at(self.stationary() if steady else 0.0, self.due, key)

    def at(self, when, what, key):
        """Later."""
        self.order += 1
        heapq.heappush(self.events, (when, self.order, what, key))

    def stationary(self):
        """What is left of a round, at a moment that nobody chose."""
        while True:
            whole = self.refresh * self.random.uniform(0.9, 1.1)
            # a long round is met more often
            if self.random.random() < whole / (1.1 * self.refresh):
                return whole * self.random.random()

    def run(self, until):
        """On to this time."""
        while self.events and self.events[0][0] <= until:
            self.now, _, what, key = heapq.heappop(self.events)
            what(key)
        self.now = until
        return self

    def run_until_seen(self, limit):
        """Until all have the key of the last rotation."""
        while len(self.seen[-1]) < len(self.keys) and self.events \
                and self.now < limit:
            self.now, _, what, key = heapq.heappop(self.events)
            what(key)
        return self

    # a proxy

    def due(self, key):
        """The timer of a service."""
        key.fresh = False
        self.ask(key, FIRST[key.source])

    def ask(self, key, step):
        """A call: it waits for one of the transfers."""
        key.step, key.attempts = step, 0
        self.queue(key)

    def queue(self, key):
        """Also for another attempt."""
        key.proxy.waiting.append(key)
        self.next(key.proxy)

    def next(self, proxy):
        """As many as may go."""
        while proxy.active < TRANSFERS and proxy.waiting:
            key = proxy.waiting.popleft()
            proxy.active += 1
            self.busiest = max(self.busiest, proxy.active)
            key.attempts += 1
            took = self.call * (0.5 + self.random.random()) if self.call else 0
            if any(begin <= self.now < end for begin, end in proxy.cut):
                self.at(self.now + self.call, self.failed, key)
            else:
                self.at(self.now + took / 2, self.served, key)

    # the source

    ACTION = {"current": "GetSecretValue", "pending": "GetSecretValue",
              "previous": "GetSecretValue", "service": "DescribeServices",
              "task": "DescribeTaskDefinition"}

    def served(self, key):
        """The request is there; the answer takes as long."""
        action = self.ACTION[key.step]
        self.calls[action] += 1
        bucket = self.buckets.get(action)
        if bucket and not bucket.take(self.now):
            self.refused[action] += 1
            self.at(self.now + self.call / 2, self.throttled, key)
            return
        if key.step in ("current", "service"):
            key.read = sum(when <= self.now for when in self.rotations)
        self.at(self.now + self.call / 2, self.answered, key)

    # a proxy again

    def leave(self, key):
        """A transfer has ended."""
        key.proxy.active -= 1

    def throttled(self, key):
        """Another attempt after up to 1, 2 s, or the end of it."""
        self.leave(key)
        if key.attempts < ATTEMPTS:
            self.at(self.now + self.random.uniform(0, 2 ** (key.attempts - 1)),
                    self.queue, key)
        else:
            self.done(key, False)
        self.next(key.proxy)

    def failed(self, key):
        """The same after a network failure."""
        self.leave(key)
        if key.attempts < ATTEMPTS:
            self.at(self.now + self.random.uniform(0, 0.05 * key.attempts),
                    self.queue, key)
        else:
            self.done(key, False)
        self.next(key.proxy)

    def answered(self, key):
        """What it was asked for."""
        self.leave(key)
        self.done(key, True)
        self.next(key.proxy)

    def done(self, key, good):
        """On to the next step."""
        if key.step == "current" and good:
            self.admit(key)
            self.ask(key, "pending")
        elif key.step == "pending" and key.fresh:
            # a key that was not there before: AWSPREVIOUS is asked for, too
            self.ask(key, "previous")
        elif key.step == "service" and good and key.read != key.version:
            self.ask(key, "task")
        elif key.step in ("current", "service", "task") and not good:
            self.end(key, False)
        else:
            if key.step == "task":
                self.admit(key)
            self.end(key, True)

    def admit(self, key):
        """The key is published from now on."""
        if key.read != key.version:
            key.fresh = True
            for number in range(max(key.version, 0), key.read):
                self.seen[number].append(self.now - self.rotations[number])
            key.version = key.read

    def end(self, key, good):
        """The next refresh, or the back-off."""
        if good:
            self.gaps.append(self.now - key.good)
            key.good, key.fails = self.now, 0
            wait = self.refresh * self.random.uniform(0.9, 1.1)
        else:
            key.fails += 1
            wait = min(2.0 ** min(key.fails - 1, 10), 60, max(self.refresh, 1))
            wait *= self.random.uniform(0.5, 1)
        self.at(self.now + wait, self.due, key)


def share(values, part):
    """The value below which this part of them is."""
    ordered = sorted(values)
    return ordered[min(int(part * len(ordered)), len(ordered) - 1)]
