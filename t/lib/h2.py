#!/usr/bin/python3
"""h2.py URL PATH MODE STREAMS [CONNECTIONS]

HTTP/2 with so many streams of one connection, each of them asking for PATH;
says "sent" and waits for a line on standard input.  Then, by MODE:

  reset    each stream is reset        goaway   GOAWAY, then the end
  close    the connection is closed    half     every second stream is reset
  stay     nothing

The last two wait for the answers.  MODE load goes on with batches of so many
streams until that line comes, on new connections as the old ones end.

Prints one line of JSON: sent, good (200), other, data (bodies that hold a
token), and of load: again (streams that the server has not looked at, which a
client asks for again), connections, and a sample of the bodies.  No library:
what nginx answers begins with the status, and :status 200 is one byte (RFC
7541, appendix A).
"""

import json
import select
import socket
import struct
import sys
import urllib.parse

DATA, HEADERS, RST, SETTINGS, PING, GOAWAY, WINDOW = 0, 1, 3, 4, 6, 7, 8


def frame(kind, flags, stream, payload=b""):
    return (struct.pack(">I", len(payload))[1:] + bytes((kind, flags))
            + struct.pack(">I", stream) + payload)


def literal(name, value):
    """A field without indexing, both parts as they are."""
    return (b"\x00" + bytes((len(name),)) + name
            + bytes((len(value),)) + value)


class Connection:
    def __init__(self, host, port):
        self.link = socket.create_connection((host, port))
        self.link.settimeout(20)
        self.text = b""
        self.streams = {}
        self.next = 1
        self.last = None            # of a GOAWAY
        self.link.sendall(
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
            + frame(SETTINGS, 0, 0, struct.pack(">HI", 4, 1 << 24))
            + frame(WINDOW, 0, 0, struct.pack(">I", 1 << 24)))

    def ask(self, path, count):
        fields = b"".join(literal(*field) for field in (
            (b":method", b"GET"), (b":scheme", b"http"),
            (b":authority", b"localhost"), (b":path", path.encode())))
        for _ in range(count):
            stream = self.next
            self.next += 2
            self.streams[stream] = {"data": b""}
            self.link.sendall(frame(HEADERS, 5, stream, fields))

    def reset(self, every=1):
        for stream in list(self.streams)[::every]:
            self.link.sendall(frame(RST, 0, stream, struct.pack(">I", 8)))
            del self.streams[stream]

    def read(self):
        while len(self.text) < 9 or len(self.text) < 9 + self.size():
            data = self.link.recv(65536)
            if not data:
                raise ConnectionError("closed")
            self.text += data
        size = self.size()
        kind, flags = self.text[3], self.text[4]
        stream = struct.unpack(">I", self.text[5:9])[0]
        payload = self.text[9:9 + size]
        self.text = self.text[9 + size:]
        return kind, flags, stream, payload

    def size(self):
        return struct.unpack(">I", b"\0" + self.text[:3])[0]

    def settings(self):
        """nginx has the client's, and we have its."""
        while True:
            kind, flags, _, _ = self.read()
            if kind == SETTINGS and not flags & 1:
                self.link.sendall(frame(SETTINGS, 1, 0))
                return

    def answers(self):
        left = set(self.streams)
        while left:
            kind, flags, stream, payload = self.read()
            if kind == PING and not flags & 1:
                self.link.sendall(frame(PING, 1, 0, payload))
            if kind == GOAWAY:
                self.last = struct.unpack(">I", payload[:4])[0]
                left = {number for number in left if number <= self.last}
            entry = self.streams.get(stream)
            if entry is None:
                continue
            if kind == HEADERS:
                entry["good"] = payload[:1] == b"\x88"
            elif kind == DATA:
                entry["data"] += payload
            if kind == RST or kind in (HEADERS, DATA) and flags & 1:
                left.discard(stream)


def load(where, path, count):
    """Until standard input has something to say."""
    sum_of = {"sent": 0, "good": 0, "other": 0, "data": 0, "again": 0,
              "connections": 0, "sample": []}
    while not select.select([sys.stdin], [], [], 0)[0]:
        connection = Connection(where.hostname, where.port)
        sum_of["connections"] += 1
        connection.settings()
        while connection.last is None \
                and not select.select([sys.stdin], [], [], 0)[0]:
            connection.streams = {}
            try:
                connection.ask(path, count)
                connection.answers()
            except OSError:
                pass
            judge(connection, sum_of)
            if connection.next > 300:
                break
        connection.link.close()
    return sum_of


def judge(connection, sum_of):
    """Adds up what came of a batch; a connection that was idle may have ended
    before it came, and GOAWAY is lost when it is reset then."""
    ended = connection.next > 2 * len(connection.streams) + 1 and not any(
        "good" in entry for entry in connection.streams.values())
    for stream, entry in connection.streams.items():
        sum_of["sent"] += 1
        if entry.get("good") and b"ey" in entry["data"]:
            sum_of["good"] += 1
            if sum_of["sent"] % 50 == 0 and len(sum_of["sample"]) < 200:
                sum_of["sample"].append(entry["data"].decode())
        elif "good" not in entry and (ended or connection.last is not None
                                      and stream > connection.last):
            sum_of["again"] += 1
        else:
            sum_of["other"] += 1


def main():
    url, path, mode, count = sys.argv[1:5]
    where = urllib.parse.urlsplit(url)
    if mode == "load":
        print("sent", flush=True)
        print(json.dumps(load(where, path, int(count))), flush=True)
        return
    all_of_them = [Connection(where.hostname, where.port)
                   for _ in range(int((sys.argv[5:] or ["1"])[0]))]
    for connection in all_of_them:
        connection.settings()
        connection.ask(path, int(count))
    print("sent", flush=True)
    sys.stdin.readline()
    for connection in all_of_them:
        if mode == "reset":
            connection.reset()
        elif mode == "half":
            connection.reset(2)
        elif mode == "goaway":
            connection.link.sendall(frame(GOAWAY, 0, 0, bytes(8)))
            connection.link.close()
        elif mode == "close":
            connection.link.close()
    streams = []
    for connection in all_of_them:
        if mode in ("half", "stay"):
            try:
                connection.answers()
            except (OSError, ConnectionError):
                pass
            streams += connection.streams.values()
    good = sum(1 for entry in streams if entry.get("good"))
    print(json.dumps({
        "sent": int(count) * len(all_of_them), "good": good,
        "other": len(streams) - good,
        "data": sum(1 for entry in streams if b"ey" in entry["data"])}),
        flush=True)
    if mode == "reset":
        sys.stdin.read()


main()
