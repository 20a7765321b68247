"""load.py: load on a server by wrk, and OpenSSL's own speed."""

import os
import re
import signal
import subprocess
import time

from nginxes import HERE, Failure


def pinned(core, command):
    return command if core is None else ["taskset", "-c", str(core), *command]


def wrk_command(url, seconds, core, clients, script, arguments):
    command = ["wrk", "-t", "1", "-c", str(clients), "-d", f"{seconds}s"]
    if script:
        command += ["-s", os.path.join(HERE, "wrk", script + ".lua")]
    command.append(url)
    if script:
        command += ["--", *map(str, arguments)]
    return pinned(core, command)


def read_wrk(text, url):
    """(requests, requests per second); any answer but 200 is the end."""
    done = re.search(r"(\d+) requests in", text)
    rate = re.search(r"Requests/sec:\s*([\d.]+)", text)
    if not done or not rate or int(done[1]) == 0:
        raise Failure(f"wrk at {url} said:\n{text}")
    if "Non-2xx" in text or re.search(r"Socket errors: .*(connect|read|write)"
                                      r" [1-9]", text):
        raise Failure(f"wrk at {url} had errors:\n{text}")
    return int(done[1]), float(rate[1])


class Background:
    """Load that runs beside something else, until finish()."""

    def __init__(self, server, path, core=None, clients=4, script=None,
                 arguments=()):
        self.url = server.url(path)
        self.process = subprocess.Popen(
            wrk_command(self.url, 300, core, clients, script, arguments),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def finish(self):
        self.process.send_signal(signal.SIGINT)
        text = self.process.communicate()[0]
        done, rate = read_wrk(text, self.url)
        return {"rate": rate, "done": done}


def wrk(server, path, seconds, core=None, clients=64, script=None,
        arguments=()):
    """Load for some time: what it cost the worker, how fast it was.

    cpu: nanoseconds of the worker (all its threads) per request; busy: its
    share of the time.
    """
    before, start = server.cpu(), time.monotonic_ns()
    load = Background(server, path, core, clients, script, arguments)
    time.sleep(seconds)
    # now, while wrk still takes answers: afterwards the worker goes on with
    # what it was asked for, and nobody counts that
    used, passed = server.cpu() - before, time.monotonic_ns() - start
    measured = load.finish()
    measured["cpu"] = used / measured["done"]
    measured["busy"] = used / passed
    return measured


def openssl_speed(algorithm, seconds, core):
    """Nanoseconds of CPU time per signature, as `openssl speed` has it.

    Without -elapsed it divides by the time that its process has run.  It signs
    first; what it would verify afterwards is not waited for.
    """
    command = pinned(core, ["openssl", "speed", "-mr", "-seconds",
                            str(seconds), algorithm])
    text = ""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.STDOUT) as process:
        for line in process.stdout:
            text += line
            found = re.match(r"\+R[158]:(\d+):.*:([\d.]+)$", line)
            if found:
                process.kill()
                return 1e9 * float(found[2]) / int(found[1])
    raise Failure(f"openssl speed {algorithm} said:\n{text}")
