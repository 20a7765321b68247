"""journal.py: what the fault server has seen; no value of a secret and no
secret key is in it (a refusal may show the session token that was sent)."""

import threading
import time
from collections import Counter


class Journal:
    """The log of requests, and sums that stay right while it is read."""

    def __init__(self):
        self._lock = threading.Lock()
        self._number = 0
        self._open = 0
        self._busy = 0
        self.clear()

    def clear(self):
        """Forgets; what is under way stays counted as such."""
        with self._lock:
            self._entries = []
            self._actions = Counter()
            self._refused = Counter()
            self._connections = 0
            self._most_open = self._open
            self._most_busy = self._busy

    def connected(self, change):
        """A connection came (+1) or went (-1)."""
        with self._lock:
            self._open += change
            self._connections += max(change, 0)
            self._most_open = max(self._most_open, self._open)

    def begin(self, action, **fields):
        """A request; returns its entry."""
        with self._lock:
            self._number += 1
            self._busy += 1
            self._most_busy = max(self._most_busy, self._busy)
            self._actions[action] += 1
            entry = {"n": self._number, "time": time.time(),
                     "monotonic": time.monotonic(), "action": action,
                     "busy": self._busy, "sent": None, **fields}
            if entry.get("refused"):
                self._refused[entry["refused"]] += 1
            self._entries.append(entry)
            return entry

    def end(self, entry, sent):
        """How it went."""
        with self._lock:
            self._busy -= 1
            entry["sent"] = sent
            entry["took"] = round(time.monotonic() - entry["monotonic"], 4)

    def entries(self, since, action):
        """Copies, so that a reader sees no half of one."""
        with self._lock:
            return [dict(entry) for entry in self._entries
                    if entry["n"] > since and action in (None, entry["action"])]

    def counts(self):
        """The sums."""
        with self._lock:
            return {"actions": dict(self._actions),
                    "refused": dict(self._refused),
                    "busy": self._busy, "max_busy": self._most_busy,
                    "open": self._open, "max_open": self._most_open,
                    "connections": self._connections}
