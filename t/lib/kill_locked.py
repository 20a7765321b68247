#!/usr/bin/python3
"""kill_locked.py

Reads lines "PID ADDRESS SECONDS" and kills each of these processes while it
holds the lock at that address of its memory (a word with the holder's id): it
is stopped at one random moment after the other until that is one.  Answers with
a line: how many moments it took, or 0 when it was killed without the lock.
"""

import ctypes
import os
import random
import signal
import sys
import time

CONT, SEIZE, INTERRUPT = 7, 0x4206, 0x4207
WALL = 0x40000000

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p,
                        ctypes.c_void_p]
libc.ptrace.restype = ctypes.c_long


def ptrace(request, pid, data=0):
    if libc.ptrace(request, pid, None, data) == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def stopped(pid):
    """It stands still; a signal that has come meanwhile is passed on later."""
    ptrace(INTERRUPT, pid)
    passed = 0
    while True:
        _, status = os.waitpid(pid, WALL)
        if status >> 16 or os.WSTOPSIG(status) == signal.SIGTRAP:
            return passed
        passed = os.WSTOPSIG(status)
        ptrace(CONT, pid, passed)


def held(pid, at, seconds):
    memory = os.open("/proc/%d/mem" % pid, os.O_RDONLY)
    mine = pid.to_bytes(8, sys.byteorder)
    end = time.monotonic() + seconds
    moments = 0
    ptrace(SEIZE, pid)
    try:
        while time.monotonic() < end:
            moments += 1
            stopped(pid)
            if os.pread(memory, 8, at) == mine:
                return moments
            ptrace(CONT, pid)
            for _ in range(random.randrange(100)):
                pass
        return 0
    finally:
        # its parent hears of its end when we have
        os.kill(pid, signal.SIGKILL)
        while not os.WIFSIGNALED(os.waitpid(pid, WALL)[1]):
            pass
        os.close(memory)


def main():
    for line in sys.stdin:
        pid, at, seconds = line.split()
        try:
            answer = held(int(pid), int(at), float(seconds))
        except OSError as error:
            answer = "0 %s" % error
        print(answer, flush=True)


main()
