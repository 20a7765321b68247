"""setup.py: what a soak consists of: nginx, its source that fails, keys."""

import http.client
import json
import os
import random
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))

# refresh + max-age are shorter than activate_after, and lifetime than retire
LIFETIME = 15
CONF = """
%(load)s
worker_processes %(workers)d;
worker_shutdown_timeout 20s;
pid %(dir)s/nginx.pid;
error_log %(dir)s/error.log %(level)s;
worker_rlimit_core 1g;
working_directory %(dir)s/core;
events { worker_connections 1024; }
http {
    log_format keys '$status $request $jwt_issuer_kid $jwt_issuer_cache';
    access_log %(dir)s/access.log keys;
    keepalive_requests 100000;
    keepalive_timeout 300s;
%(temp)s
    jwt_issuer_zone soak:1m;
    jwt_issuer_environment dev;
    jwt_issuer_jwks_max_age 3s;
    jwt_issuer_aws { region us-east-1; endpoint http://127.0.0.1:%(aws)d;
                     connect_timeout 1s; timeout 2s; }
    jwt_issuer_defaults { lifetime 15s; refresh 4s; activate_after 10s;
                          retire 20s; stale 5m; reuse off;
                          jti on; }
    jwt_issuer_service core { key secretsmanager; audience a b; }
    jwt_issuer_service rsa { key secretsmanager; }
    jwt_issuer_service task { key ecs cluster=dev-core service=task; }
    jwt_issuer_service local { key file %(dir)s/local.pem; subject me; }
    jwt_issuer_service kept { key secretsmanager; reuse 50%%;
                              subject $arg_s; }
    upstream self { server unix:%(dir)s/up.sock; keepalive 8; }
    server {
        listen unix:%(dir)s/up.sock;
        location / { return 200 "$http_authorization\\n"; }
    }
    server {
        listen 127.0.0.1:%(port)d;
        listen 127.0.0.1:%(http2)d http2;
        location ~ ^/token/(?<name>\\w+)$ {
            jwt_issuer_token $name; jwt_issuer_require off;
        }
        location = /form {
            jwt_issuer_token $jwt_issuer_form_audience;
            jwt_issuer_require off;
        }
        location = /kept { jwt_issuer_token kept; jwt_issuer_require off; }
        location ~ ^/inject/(?<name>\\w+)$ {
            jwt_issuer_inject $name;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_pass http://self;
        }
        location = /jwks { jwt_issuer_jwks; }
        location = /status { jwt_issuer_status; jwt_issuer_require 1; }
        location = /denied { jwt_issuer_token core; jwt_issuer_require 0; }
        location = /stub { stub_status; }
    }
}
"""


def ask(port, path, body=None):
    """The text of an answer 200 on a connection of its own, or None."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("POST" if body else "GET", path, body)
        answer = connection.getresponse()
        text = answer.read().decode()
        return text if answer.status == 200 else None
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


class Source:
    """The fault server, as a child that ends with us."""

    def __init__(self, folder):
        program = os.path.join(HERE, "..", "aws", "fault_server.py")
        self.child = subprocess.Popen(
            [sys.executable, "-B", program, "--dir", folder, "--until-eof",
             "--lifetime", "86400"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = self.child.stdout.readline()
        if not line.startswith("ready"):
            raise RuntimeError("the fault server does not start: " + line)
        self.port = json.loads(line.split(None, 1)[1])["http"]

    def order(self, command, **arguments):
        """One command of t/lib/aws/control.py."""
        text = ask(self.port, "/_control/" + command,
                   json.dumps(arguments) or "{}")
        if text is None:
            raise RuntimeError("the fault server refuses " + command)
        return json.loads(text)

    def stop(self):
        """Ends it."""
        self.child.stdin.close()
        self.child.wait(10)


class Nginx:
    """The server that is tried."""

    def __init__(self, folder, ports, workers=2):
        self.folder, self.workers = folder, workers
        self.port, self.http2, self.aws = ports
        self.binary = os.environ.get("JWT_ISSUER_NGINX") or "nginx"
        self.level = "info"
        for name in ("core", "temp"):
            os.makedirs(os.path.join(folder, name))
        os.chmod(os.path.join(folder, "core"), 0o777)

    def write(self):
        """The configuration."""
        module = os.path.join(HERE, "..", "..", "..", "build",
                              "ngx_http_jwt_issuer_module.so")
        temp = "".join("    %s_temp_path %s/temp/%s;\n" % (
            name, self.folder, name) for name in (
                "client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        with open(self.folder + "/nginx.conf", "w", encoding="utf-8") as file:
            file.write(CONF % {
                "load": "load_module %s;" % os.path.abspath(module),
                "workers": self.workers, "dir": self.folder, "temp": temp,
                "level": self.level, "port": self.port, "http2": self.http2,
                "aws": self.aws})

    def start(self, environment):
        """Starts it; environment: what nginx is given."""
        self.write()
        path = {"PATH": os.environ["PATH"] + ":/usr/sbin"}
        subprocess.run(
            [self.binary, "-p", self.folder, "-e", self.folder + "/error.log",
             "-c", self.folder + "/nginx.conf"],
            env={**path, **environment}, check=True)

    def master(self):
        """The master's pid."""
        with open(self.folder + "/nginx.pid", encoding="utf-8") as file:
            return int(file.read())

    def signal(self, number):
        """To the master."""
        os.kill(self.master(), number)


def openssl(kind):
    """A new key as PEM."""
    options = {"P-256": ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
               "RSA": ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
               "Ed25519": ["ED25519"]}
    return subprocess.run(["openssl", "genpkey", "-algorithm", *options[kind]],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          check=True).stdout


class Rotation(threading.Thread):
    """New keys everywhere every so many seconds; history: (name, PEM)."""

    kinds = {"core": "P-256", "kept": "Ed25519", "rsa": "RSA",
             "task": "P-256", "local": "P-256"}

    def __init__(self, source, folder, every):
        super().__init__(daemon=True)
        self.source, self.folder, self.every = source, folder, every
        self.ended = threading.Event()
        self.history = []
        self.rounds = 0

    def put(self, name, pem, stage="AWSCURRENT"):
        """A key where its service has it; its version."""
        self.history.append((name, pem))
        if name == "local":
            path = self.folder + "/local.pem"
            with open(path + ".new", "wb") as file:
                file.write(pem)
            os.chmod(path + ".new", 0o644)
            os.rename(path + ".new", path)
            return None
        if name == "task":
            self.source.order("service", cluster="dev-core", service="task",
                              containers=[{"name": "task", "environment": [
                                  {"name": "PRIVATE_KEY",
                                   "value": pem.decode()}]}])
            return None
        return self.source.order("secret", name=name + "/dev", stages=[stage],
                                 json_map={"private_key": pem.decode()}
                                 )["version"]

    def first(self):
        """One key each."""
        for name, kind in self.kinds.items():
            self.put(name, openssl(kind))

    def once(self):
        """One round; every second one as a rotation of AWS goes."""
        self.rounds += 1
        pending = {}
        for name, kind in self.kinds.items():
            ahead = self.rounds % 2 and name in ("core", "kept", "rsa")
            version = self.put(name, openssl(kind),
                               "AWSPENDING" if ahead else "AWSCURRENT")
            if ahead:
                pending[name] = version
        if pending:
            self.ended.wait(self.every / 2)
        for name, version in pending.items():
            self.source.order("stage", name=name + "/dev", stage="AWSCURRENT",
                              version=version)
            self.source.order("stage", name=name + "/dev", stage="AWSPENDING")

    def run(self):
        start = time.monotonic()
        while not self.ended.wait(max(0, start + (self.rounds + 1) * self.every
                                      - time.monotonic())):
            self.once()

    def stop(self):
        """No more of them."""
        self.ended.set()
        self.join()


# the first one is an error of each service's own
FAULTS = (
    {"error": ""}, {"error": "ThrottlingException"},
    {"status": 503, "body": "<html>busy</html>", "content_type": "text/html"},
    {"cut": "before"}, {"cut": "mid", "reset": True}, {"cut": "headers"},
    {"delay": 4.0}, {"body": "{"}, {"truncate": 20},
    {"body": "{\"SecretString\":\"no key\"}"}, {"drip": 0.3},
    {"error": "AccessDeniedException"},
)


OWN = {"secretsmanager": "InternalServiceError", "ecs": "ServerException"}


class Trouble(threading.Thread):
    """Every third answer of the source is bad, each 20 seconds otherwise."""

    def __init__(self, source):
        super().__init__(daemon=True)
        self.source = source
        self.ended = threading.Event()
        self.dice = random.Random(1)
        self.struck = 0

    def run(self):
        while not self.ended.is_set():
            self.source.order("clear")
            fault = self.dice.choice(FAULTS)
            # not "*": connections of ours, which order this, are such actions
            for service, error in OWN.items():
                order = {"error": error} if fault == FAULTS[0] else fault
                self.source.order("fault", action=service + ".*", every=3,
                                  times="always", **order)
            self.ended.wait(20)
            self.struck += sum(fault["hits"] for fault in
                               self.source.order("faults")["faults"])
        self.source.order("clear")

    def stop(self):
        """The source is well from now on."""
        self.ended.set()
        self.join()
