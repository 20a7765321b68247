#!/usr/bin/python3
"""answering_dns.py FILE: a DNS server on 127.0.0.55 that says what the first
line of FILE says: "rcode N" (2: SERVFAIL, 3: NXDOMAIN), or "aaaa ADDRESS", the
only address of every name.  Prints ready; ends with standard input.
"""

import socket
import struct
import sys
import threading


def answer(question, text):
    what, value = text.split()
    head = question[:2]
    end = question.index(b"\0", 12) + 5
    kind = struct.unpack(">H", question[end - 4:end - 2])[0]
    if what == "rcode":
        return head + struct.pack(">HHHHH", 0x8180 | int(value), 1, 0, 0, 0) \
            + question[12:end]
    if kind != 28:
        return head + struct.pack(">HHHHH", 0x8180, 1, 0, 0, 0) \
            + question[12:end]
    return (head + struct.pack(">HHHHH", 0x8180, 1, 1, 0, 0)
            + question[12:end] + b"\xc0\x0c"
            + struct.pack(">HHIH", 28, 1, 1, 16)
            + socket.inet_pton(socket.AF_INET6, value))


def serve(link, name):
    while True:
        question, peer = link.recvfrom(4096)
        with open(name, encoding="ascii") as file:
            link.sendto(answer(question, file.readline()), peer)


def main():
    link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    link.bind(("127.0.0.55", 53))
    threading.Thread(target=serve, args=(link, sys.argv[1]),
                     daemon=True).start()
    print("ready", flush=True)
    sys.stdin.read()


main()
