"""nginxes.py: nginx servers with one worker each, and what they consume."""

import glob
import http.client
import os
import re
import signal
import socket
import string
import subprocess
import time
import urllib.request

import machine

HERE = os.path.dirname(os.path.abspath(__file__))

# a proxy of the environment has nothing to do with a local server
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Failure(Exception):
    """The run cannot go on; its text is for people."""


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


class Nginx:
    """One server made of bench/conf/NAME.conf, a template with $$ for $.

    cores: what the worker and its threads are pinned to; None: not at all.
    """

    count = 0
    running = []

    def __init__(self, run, name, cores=None, **values):
        Nginx.count += 1
        self.run = run
        self.name = name
        self.cores = cores
        self.port = free_port()
        self.prefix = os.path.join(run.folder, f"{Nginx.count}-{name}")
        self.master = None
        self.known_worker = None
        for folder in (self.prefix, os.path.join(self.prefix, "logs")):
            os.makedirs(folder)
        self.configure(**values)

    # ---- its life ----

    def configure(self, **values):
        with open(os.path.join(HERE, "conf", self.name + ".conf"),
                  encoding="utf-8") as file:
            body = string.Template(file.read())
        with open(os.path.join(HERE, "conf", "main.conf"),
                  encoding="utf-8") as file:
            main = string.Template(file.read())
        common = {"port": self.port, "keys": self.run.keys,
                  "peers": os.path.join(HERE, "peers"),
                  "modules": machine.MODULES, "module": self.run.module}
        common.update(main_block="", load="", connections=1024)
        common.update(values)
        load, body = split_load(body.substitute(common))
        common.update(load=load, http=body)
        with open(os.path.join(self.prefix, "nginx.conf"), "w",
                  encoding="utf-8") as file:
            file.write(main.substitute(common))

    def command(self, *more):
        return [machine.NGINX, "-p", self.prefix, "-e", "logs/error.log",
                "-c", os.path.join(self.prefix, "nginx.conf"), *more]

    def start(self, seconds=60):
        with open(os.path.join(self.prefix, "logs", "start.log"), "w",
                  encoding="utf-8") as log:
            # it must not inherit what nginx takes for a binary upgrade
            self.master = subprocess.Popen(
                self.command("-g", "daemon off;"), stderr=log,
                env=self.environment())
        Nginx.running.append(self)
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.master.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                break
            except OSError:
                time.sleep(0.02)
        else:
            raise Failure(f"{self.name} did not start:\n" + self.log())
        while not self.workers():
            time.sleep(0.02)
        self.known_worker = None
        self.pin()
        return self

    @staticmethod
    def environment():
        env = {name: value for name, value in os.environ.items()
               if name != "NGINX" and not name.startswith("AWS_")}
        env.update(AWS_ACCESS_KEY_ID="bench", AWS_SECRET_ACCESS_KEY="bench",
                   AWS_EC2_METADATA_DISABLED="true")
        return env

    def stop(self):
        if self in Nginx.running:
            Nginx.running.remove(self)
        if self.master is None or self.master.poll() is not None:
            return
        self.master.send_signal(signal.SIGTERM)
        try:
            self.master.wait(20)
        except subprocess.TimeoutExpired:
            self.master.kill()
            self.master.wait()

    def restart(self):
        """Another layout of its memory; the caches are empty again."""
        self.stop()
        return self.start()

    def log(self):
        return "".join(read(path)[-2000:] for path in sorted(glob.glob(
            os.path.join(self.prefix, "logs", "*.log"))))

    # ---- its worker ----

    def workers(self):
        try:
            pids = read(f"/proc/{self.master.pid}/task/{self.master.pid}"
                        "/children").split()
        except FileNotFoundError:
            return []
        return [int(pid) for pid in pids
                if "worker process" in read(f"/proc/{pid}/cmdline")
                and "shutting down" not in read(f"/proc/{pid}/cmdline")]

    def worker(self):
        if self.known_worker is None:
            found = self.workers()
            if len(found) != 1:
                raise Failure(f"{self.name} has {len(found)} workers:\n"
                              + self.log())
            self.known_worker = found[0]
        return self.known_worker

    def pin(self):
        if self.cores is None:
            return
        for task in os.listdir(f"/proc/{self.worker()}/task"):
            os.sched_setaffinity(int(task), self.cores)

    def cpu(self):
        """Nanoseconds that the worker and its threads have run."""
        total = 0
        for path in glob.glob(f"/proc/{self.worker()}/task/*/schedstat"):
            total += int(read(path).split()[0])
        return total

    def settle(self):
        """Waits until the worker has nothing to do."""
        before = -1
        while self.cpu() != before:
            before = self.cpu()
            time.sleep(0.02)

    def memory(self):
        """Bytes resident in the worker: all, and its own of these."""
        status = read(f"/proc/{self.worker()}/status")
        return tuple(1024 * int(re.search(name + r":\s*(\d+)", status)[1])
                     for name in ("VmRSS", "RssAnon"))

    # ---- requests ----

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def get(self, path):
        """Headers and body of an answer that must be 200."""
        try:
            with OPENER.open(self.url(path), timeout=20) as answer:
                return answer.headers, answer.read().decode()
        except OSError as error:
            raise Failure(f"{self.name}: GET {path}: {error}\n" + self.log())

    def warm(self, path, count):
        """As many requests over one connection."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port,
                                                timeout=20)
        for _ in range(count):
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise Failure(f"{self.name}: GET {path}: {answer.status}\n"
                              + self.log())
        connection.close()


def split_load(text):
    """Lines with load_module stand before everything else in nginx.conf."""
    lines = text.splitlines(keepends=True)
    return ("".join(line for line in lines if line.startswith("load_module")),
            "".join(line for line in lines
                    if not line.startswith("load_module")))


def stop_all():
    for server in list(Nginx.running):
        server.stop()
