#!/usr/bin/python3
"""h2.py URL PATH MODE STREAMS [CONNECTIONS]

HTTP/2 with as many streams of one connection as nginx lets a client have open,
each of them asking for PATH; says "sent" and waits for a line on standard
input.  Then, by MODE:

  reset    each stream is reset        goaway   GOAWAY, then the end
  close    the connection is closed    half     every second stream is reset
  stay     nothing

The last two wait for the answers.  Prints one line of JSON: sent, good (200),
other, data (bodies that hold a token).  No library: what nginx answers begins
with the status, and :status 200 is one byte (RFC 7541, appendix A).
"""

import json
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
        self.link.sendall(
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
            + frame(SETTINGS, 0, 0, struct.pack(">HI", 4, 1 << 24))
            + frame(WINDOW, 0, 0, struct.pack(">I", 1 << 24)))

    def ask(self, path, count):
        fields = b"".join(literal(*field) for field in (
            (b":method", b"GET"), (b":scheme", b"http"),
            (b":authority", b"localhost"), (b":path", path.encode())))
        for number in range(count):
            stream = 2 * len(self.streams) + 1
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
            entry = self.streams.get(stream)
            if entry is None:
                continue
            if kind == HEADERS:
                entry["good"] = payload[:1] == b"\x88"
            elif kind == DATA:
                entry["data"] += payload
            if kind == RST or kind in (HEADERS, DATA) and flags & 1:
                left.discard(stream)


def main():
    url, path, mode, count = sys.argv[1:5]
    where = urllib.parse.urlsplit(url)
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
