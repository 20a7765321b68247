"""script.py: faults that a test has ordered, and gates it holds requests at.

A fault is a JSON object: whom it hits (action, key, times, skip, every) and
what happens (the other fields).  What they do on the wire is in wire.py.
"""

import re
import threading
import time

# whom it hits
WHOM = {
    "action": str,      # "secretsmanager.GetSecretValue", "ecs.*", "*";
                        # "connect": the connection, before anything is read
    "key": str,         # secret id, service, parameter, path; all when absent
    "times": object,    # how often (1), or "always"
    "skip": int,        # lets so many matching requests pass first
    "every": int,       # hits only each nth of those that match
}
# what happens
WHAT = {
    "error": str,       # an AWS error code, in the form of the service
    "message": str,     # its text
    "form": str,        # how the code is told: plain, prefixed, header
    "status": int,      # HTTP status
    "headers": dict,    # more headers, or other values
    "retry_after": int,  # x-amz-retry-after, milliseconds
    "content_type": str,
    "body": str,        # this in place of the answer
    "repeat": list,     # [text, n]: a body of n times text
    "fields": dict,     # other values for fields of the JSON answer; null: none
    "truncate": int,    # only so many bytes of the body, with a true length
    "version": str,     # GetSecretValue answers with this version
    "redirect": int,    # that status, to the port that counts hits
    "date_offset": float,   # the Date header lies by so many seconds
    "delay": float,     # seconds before the first byte
    "hold": str,        # waits at this gate until it is released
    "drip": float,      # seconds between the body's bytes
    "drip_headers": float,  # seconds between the header's bytes
    "endless_header": bool,  # header lines without end
    "cut": str,         # before, headers, mid, after: closes the connection
    "reset": bool,      # the cut is a TCP reset
    "keepalive": bool,  # false: Connection: close
    "chunked": bool,    # without Content-Length
}
CUTS = {"before", "headers", "mid", "after"}
LIMIT = 120.0           # no fault lasts longer than this


class Fault:
    """One order; it counts by itself how often it has struck."""

    def __init__(self, order):
        known = {**WHOM, **WHAT}
        for name, value in order.items():
            if name not in known:
                raise ValueError("a fault has no field " + name)
            kind = (int, float) if known[name] is float else known[name]
            if not isinstance(value, kind):
                raise ValueError("a fault's %s is no %s" % (name, value))
        if "action" not in order or not WHAT.keys() & order.keys():
            raise ValueError("a fault needs an action and something to do")
        if order.get("cut", "mid") not in CUTS:
            raise ValueError("cut is one of " + ", ".join(sorted(CUTS)))
        self.order = order
        self.action = re.compile(
            re.escape(order["action"]).replace(r"\*", ".*"))
        self.left = order.get("times", 1)
        self.skip = order.get("skip", 0)
        self.seen = 0
        self.hits = 0

    def get(self, name, default=None):
        """A field of the order."""
        return self.order.get(name, default)

    def strike(self, action, key):
        """Whether it hits this request; called with the script's lock held."""
        if not self.action.fullmatch(action) or self.left == 0:
            return False
        if self.get("key") not in (None, key):
            return False
        self.seen += 1
        if self.seen <= self.skip:
            return False
        if (self.seen - self.skip) % self.get("every", 1):
            return False
        if self.left != "always":
            self.left -= 1
        self.hits += 1
        return True


class Bucket:
    """A token bucket, as AWS and the ECS agent throttle with."""

    def __init__(self, rate, burst):
        self.rate = float(rate)
        self.burst = float(burst)
        self.tokens = float(burst)
        self.filled = time.monotonic()

    def take(self):
        """False when the bucket is empty."""
        now = time.monotonic()
        self.tokens = min(self.burst,
                          self.tokens + (now - self.filled) * self.rate)
        self.filled = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


class Script:
    """The queue of faults; the first that fits a request takes it."""

    def __init__(self):
        self._lock = threading.Condition()
        self.clear()

    def clear(self):
        """No faults, no limits; whoever waits at a gate may go."""
        with self._lock:
            self._faults = []
            self._buckets = {}
            self._waiting = {}
            self._released = {}
            self._age = getattr(self, "_age", 0) + 1
            self._lock.notify_all()

    def add(self, order):
        """Takes an order, or raises ValueError."""
        with self._lock:
            self._faults.append(Fault(order))

    def limit(self, service, rate, burst):
        """From now on this service throttles."""
        with self._lock:
            self._buckets[service] = Bucket(rate, burst)

    def take(self, action, key=None):
        """The fault for this request, or None."""
        with self._lock:
            for fault in self._faults:
                if fault.strike(action, key):
                    return fault
        return None

    def throttled(self, service):
        """Whether the service's bucket is empty; takes a token."""
        with self._lock:
            bucket = self._buckets.get(service)
            return bucket is not None and not bucket.take()

    def wait(self, gate, gone):
        """Waits until the gate is released; gone() ends it early."""
        end = time.monotonic() + LIMIT
        with self._lock:
            age = self._age
            self._waiting[gate] = self._waiting.get(gate, 0) + 1
            self._lock.notify_all()
            try:
                while time.monotonic() < end and self._age == age:
                    if self._released.get(gate, 0) > 0:
                        if self._released[gate] != float("inf"):
                            self._released[gate] -= 1
                        return
                    self._lock.wait(0.02)
                    if gone():
                        return
            finally:
                if self._age == age:
                    self._waiting[gate] -= 1

    def release(self, gate, count=None):
        """Lets so many pass, or for ever all."""
        with self._lock:
            now = self._released.get(gate, 0)
            self._released[gate] = now + (float("inf") if count is None
                                          else count)
            self._lock.notify_all()

    def waiting(self, gate):
        """How many wait there now."""
        with self._lock:
            return self._waiting.get(gate, 0)

    def show(self):
        """Orders with their hits, for the control API."""
        with self._lock:
            return [{**fault.order, "hits": fault.hits, "left": fault.left}
                    for fault in self._faults]
