#!/usr/bin/env python3
"""probe.py PORT SECONDS PAUSE [new]: how long a neighbour waits.

Wants /static each PAUSE milliseconds and prints how many milliseconds each
answer took, a line each.  While it waits for an answer it cannot ask again; what
it would have asked meanwhile is counted with the time that it would have waited
(otherwise a second without answers would be one slow request of many).

The connection is kept; with "new" there is another one for each request.
"""

import socket
import sys
import time

REQUEST = b"GET /static HTTP/1.1\r\nHost: localhost\r\n\r\n"


def connect(port):
    sock = socket.create_connection(("127.0.0.1", port), timeout=60)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def ask(sock):
    sock.sendall(REQUEST)
    answer = sock.recv(4096)
    if not answer.endswith(b"ok"):
        sys.exit(f"not the answer that was expected: {answer!r}")


def main():
    port, seconds, pause = int(sys.argv[1]), *map(float, sys.argv[2:4])
    pause /= 1000
    kept = None if sys.argv[4:] == ["new"] else connect(port)
    times = []
    end = time.perf_counter() + seconds
    now = 0
    while now < end:
        time.sleep(pause)
        start = time.perf_counter()
        if kept:
            ask(kept)
        else:
            with connect(port) as sock:
                ask(sock)
        now = time.perf_counter()
        took = now - start
        while took > 0:
            times.append(took)
            took -= pause
    print("\n".join(f"{1000 * one:.4f}" for one in times))


main()
