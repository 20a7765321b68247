#!/usr/bin/python3
"""leave.py URL [requests=N] [processes=N] [paths=A,B] [seconds=S]

Asks and leaves: each request has a connection of its own, which ends at once,
after a moment or when others were sent, with a FIN or an RST.  Every twentieth
client stays for its answer.  Goes on until N requests were made, or for S
seconds.  Prints one line of JSON: asked, left, answers (by their status), lost
(connections that nginx ended or refused without an answer).
"""

import collections
import json
import multiprocessing
import random
import socket
import struct
import sys
import time
import urllib.parse

DEFAULTS = {"requests": 1000, "processes": 2, "paths": "/token", "seconds": 0}

RESET = struct.pack("ii", 1, 0)


def leave(link, rng):
    if rng.random() < 0.5:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    link.close()


def stay(link, seen):
    link.settimeout(30)
    text = b""
    try:
        while True:
            data = link.recv(65536)
            if not data:
                break
            text += data
    except OSError:
        text = b""
    link.close()
    if text.startswith(b"HTTP/1.1 "):
        seen[text[9:12].decode()] += 1
    else:
        seen["lost"] += 1


def work(job):
    url, want, number = job
    host = urllib.parse.urlsplit(url)
    rng = random.Random(number)
    paths = want["paths"].split(",")
    seen = collections.Counter()
    held = []
    end = time.monotonic() + want["seconds"]
    left = want["requests"] // want["processes"]
    while left > 0 if not want["seconds"] else time.monotonic() < end:
        left -= 1
        path = "%s%d-%d" % (rng.choice(paths), number, left)
        try:
            link = socket.create_connection((host.hostname, host.port), 10)
            link.sendall(b"GET %s HTTP/1.1\r\nHost: x\r\nConnection: close"
                         b"\r\n\r\n" % path.encode())
        except OSError:
            seen["lost"] += 1
            continue
        seen["asked"] += 1
        kind = rng.random()
        if kind < 0.05:
            stay(link, seen)
            continue
        seen["left"] += 1
        if kind < 0.3:
            leave(link, rng)
        elif kind < 0.5:
            time.sleep(rng.random() * 0.003)
            leave(link, rng)
        else:
            held.append(link)
            if len(held) > rng.randint(1, 40):
                rng.shuffle(held)
                while held:
                    leave(held.pop(), rng)
    while held:
        leave(held.pop(), rng)
    return seen


def main():
    want = dict(DEFAULTS)
    for arg in sys.argv[2:]:
        name, value = arg.split("=", 1)
        want[name] = type(DEFAULTS[name])(value)
    jobs = [(sys.argv[1], want, number) for number in
            range(want["processes"])]
    with multiprocessing.Pool(want["processes"]) as workers:
        seen = sum(workers.map(work, jobs, 1), collections.Counter())
    print(json.dumps({
        "asked": seen["asked"], "left": seen["left"], "lost": seen["lost"],
        "answers": {name: count for name, count in seen.items()
                    if name.isdigit()}}))


if __name__ == "__main__":
    main()
