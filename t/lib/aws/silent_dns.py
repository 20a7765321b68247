#!/usr/bin/python3
"""silent_dns.py [--count FILE]: a DNS server that takes questions and never
answers; on 127.0.0.53:53, UDP and TCP.

Prints "ready".  FILE gets a byte for each question, so that a test can tell
"was not answered" from "did not ask".  Ends with the end of standard input, or
after --lifetime seconds.
"""

import argparse
import selectors
import socket
import sys
import time

ADDRESS = ("127.0.0.53", 53)


def main():
    """Reads whatever comes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count")
    parser.add_argument("--lifetime", type=float, default=900)
    options = parser.parse_args()
    end = time.monotonic() + options.lifetime
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(ADDRESS)
    tcp = socket.create_server(ADDRESS)     # its queue is never emptied
    loop = selectors.DefaultSelector()
    loop.register(udp, selectors.EVENT_READ)
    loop.register(sys.stdin, selectors.EVENT_READ)
    print("ready", flush=True)
    while time.monotonic() < end:
        for key, _ in loop.select(1):
            if key.fileobj is sys.stdin:
                if not sys.stdin.buffer.read1(4096):
                    return
                continue
            udp.recv(4096)
            if options.count:
                with open(options.count, "ab") as file:
                    file.write(b".")
    tcp.close()


if __name__ == "__main__":
    main()
