#!/usr/bin/python3
"""fault_server.py [--port P] --dir DIR: an AWS that fails as ordered.

Plays Secrets Manager, ECS, SSM, STS, the container credential endpoints and
IMDSv2 on 127.0.0.1.  Signatures and shapes are judged by botocore (verify.py,
shapes.py); everything is seeded, ordered and read through /_control/ (see
control.py, script.py).  selftest.py proves it with the real botocore.

Ports: P plain HTTP; P+1 TLS; P+2 TLS with a wrong name; P+3 with an unknown
CA; P+4 with an expired certificate; P+5 TLS 1.1 only; P+6 where redirects
lead, it counts hits; P+7 accepts and never says a word.  P 0: any free ones.
Prints "ready" and the ports as JSON, also to DIR/ports.json; DIR/ca.pem is what
clients trust; DIR/forbidden lists what no log may hold (tools/secrets.pl).
Ends on SIGTERM, when standard input ends (--until-eof), or after --lifetime.
"""

import argparse
import json
import os
import signal
import socket
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn

sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
import certs
import forms
from actions import Actions
from control import Control
from creds import Container, Credential, Credentials, Instance
from journal import Journal
from script import LIMIT, Script
from shapes import Shapes
from store import Store
from verify import Refused, by_name, verify
from wire import Answer, Sender, apply

PORTS = ("http",) + certs.KINDS + ("redirect", "silent")
UNSIGNED = {("sts", "AssumeRoleWithWebIdentity")}
MAX_BODY = 1 << 20


class Core:
    """The state that all connections share."""

    def __init__(self, folder):
        self.folder = folder
        self.shapes = Shapes()
        self.script = Script()
        self.log = Journal()
        self.control = Control(self)
        self.lock = threading.RLock()
        self.handlers = set()
        self.ports = {}
        self.connections = 0
        self.reset()

    def reset(self):
        """As at the start; also for a test that wants to begin anew."""
        self.offset = 0.0
        self.script.clear()
        self.log.clear()
        self.store = Store("us-east-1")
        self.credentials = Credentials(self.tell)
        self.credentials.add(Credential(
            "AKIATESTTESTTEST0001", "test+secret/key0123456789abcdefghijklmn"))
        self.container = Container(self.credentials, self.clock)
        self.imds = Instance(self.credentials, self.clock)
        self.actions = Actions(self.store, self.credentials, self.clock)

    def clock(self):
        """The services' time."""
        return time.time() + self.offset

    def tell(self, secret):
        """Notes a secret that no log may hold."""
        path = os.path.join(self.folder, "forbidden")
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        with open(os.open(path, flags, 0o600), "w", encoding="utf-8") as file:
            file.write("key %s\n" % secret[len(secret) // 4:][:40])

    def check_error(self, service, code):
        """A test cannot invent an error either."""
        if service in ("container", "imds"):
            return
        services = ("secretsmanager", "ecs", "ssm", "sts")
        for name in [service] if service in services else services:
            self.shapes.error(name, code)

    def close_idle(self):
        """Closes the connections that wait for their next request."""
        with self.lock:
            idle = [item for item in self.handlers if not item.busy]
            for item in idle:
                item.shut()
        return len(idle)


class Call:
    """One request to a service, as verify() and the actions want it."""

    def __init__(self, handler, body):
        self.method = handler.command
        self.path = handler.path
        self.headers = handler.headers.items()
        self.body = body
        self.scheme = "https" if handler.server.context else "http"
        self.service = self.operation = self.key = self.version = None
        self.credential = self.region = None


class Handler(BaseHTTPRequestHandler):
    """A connection; its requests go to control, metadata or services."""

    protocol_version = "HTTP/1.1"
    timeout = 75
    busy = False
    counted = False

    @property
    def core(self):
        """The shared state."""
        return self.server.core

    def setup(self):
        with self.core.lock:
            self.core.connections += 1
            self.id = self.core.connections
        if self.server.context:
            self.request.settimeout(10)
            self.request = self.server.context.wrap_socket(
                self.request, server_side=True)
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def handle(self):
        with self.core.lock:
            self.core.handlers.add(self)
        try:
            super().handle()
        except OSError:
            pass                # the client went: the log has what matters
        finally:
            with self.core.lock:
                self.core.handlers.discard(self)
            if self.counted:
                self.core.log.connected(-1)

    def shut(self):
        """From another thread: ends a connection that waits."""
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def log_message(self, *_arguments):
        """The journal is the log."""

    def serve(self):
        """One request of any method."""
        self.busy = True
        try:
            length = self.headers.get("Content-Length", "0")
            if not length.isdigit() or int(length) > MAX_BODY:
                self.close_connection = True
                return
            body = self.rfile.read(int(length))
            if self.path.startswith("/_control/"):
                self.controlled(body)
            else:
                self.service(body)
        finally:
            self.busy = False

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = serve

    def controlled(self, body):
        """A test's command: neither in the log nor subject to faults."""
        name = self.path[len("/_control/"):]
        status, value = self.core.control.run(name, body)
        self.send(Answer(status, json.dumps(value).encode(),
                         {"Content-Type": "application/json"}), Sender(
                             self.connection))

    def service(self, body):
        """Anything else: judged, logged, answered, with its fault."""
        if not self.counted:
            self.counted = True
            self.core.log.connected(1)
        if self.server.name == "redirect":
            self.finish_one("redirect.Hit", self.path, None,
                            lambda _fault: Answer(200, b"{}"))
        elif self.path.startswith("/latest/"):
            self.metadata("imds", self.core.imds)
        elif self.path.startswith(Container.paths):
            self.metadata("container", self.core.container)
        else:
            self.aws(body)

    # the credential endpoints

    def metadata(self, service, endpoint):
        """IMDS or container credentials; an ordered error comes first."""
        core = self.core

        def judged(fault):
            if fault and fault.get("error"):
                code = fault.get("error")
                status = 503 if code == "CredentialsUninitialized" else 400
                return forms.plain(status, {
                    "code": code,
                    "message": fault.get("message", "as ordered")})
            if core.script.throttled(service):
                return forms.plain(429, {"code": "TooManyRequests",
                                         "message": "slow down"})
            with core.lock:
                return forms.plain(*endpoint.answer(
                    self.command, self.path, self.headers.items()))

        name = "PutToken" if self.command == "PUT" else "Get"
        self.finish_one("%s.%s" % (service, name), self.path, None, judged,
                        close=service == "imds")

    # the services

    def aws(self, body):
        """Checks first: a wrong request is refused whatever was ordered."""
        call = Call(self, body)
        refused = self.judge(call)
        action = "%s.%s" % (call.service, call.operation)

        def judged(fault):
            if refused:
                return self.refusal(call, refused)
            if fault and fault.get("error"):
                return self.refusal(call, Refused(
                    fault.get("error"), fault.get("message", "as ordered")),
                    fault)
            call.version = fault.get("version") if fault else None
            return self.answer(call)

        self.finish_one(action, call.key, call, judged, refused=refused)

    def judge(self, call):
        """None, or why this request is wrong."""
        try:
            if call.method != "POST" or call.path != "/":
                raise Refused("UnknownOperationException",
                              "%s %s" % (call.method, call.path))
            headers = by_name(call.headers)
            call.service, call.operation, call.parameters = \
                self.core.shapes.read(headers, call.body)
            call.key = self.core.actions.key(
                call.service, call.operation, call.parameters)
            if (call.service, call.operation) in UNSIGNED:
                if "authorization" in headers:
                    raise Refused("ValidationException", "this one is unsigned")
            else:
                self.judge_signature(call)
        except Refused as refused:
            return refused
        return None

    def judge_signature(self, call):
        """Signed by a known key, for this service, and allowed."""
        with self.core.lock:
            find, now = self.core.credentials.find, self.core.clock()
        try:
            call.credential, call.region, scope = verify(call, find, now)
        except Refused as refused:
            if (call.service, refused.code) == ("sts", "ExpiredTokenException"):
                refused.code = "ExpiredToken"   # the other one is modelled
            raise
        if scope != call.service:
            raise Refused("InvalidSignatureException", "Credential should be "
                          "scoped to correct service: '%s'." % call.service)
        action = "%s.%s" % (call.service, call.operation)
        if {action, call.service + ".*", "*"} & set(call.credential.deny):
            raise Refused("AccessDeniedException", "User is not authorized to "
                          "perform: " + action.replace(".", ":"))

    def answer(self, call):
        """The operation's value in the form of its protocol."""
        core = self.core
        try:
            if core.script.throttled(call.service):
                raise Refused("ThrottlingException", "Rate exceeded")
            with core.lock:
                value = core.actions.run(call.service, call.operation, call,
                                         call.parameters)
            core.shapes.check_answer(call.service, call.operation, value)
        except Refused as refused:
            return self.refusal(call, refused)
        write = forms.xml_answer if call.service == "sts" else \
            forms.json_answer
        return write(call.operation, value, self.id)

    def refusal(self, call, refused, fault=None):
        """An error as the service writes it."""
        service = call.service or "secretsmanager"
        code, status = self.core.shapes.error(service, refused.code)
        self.entry["error"] = code
        form = fault.get("form") if fault else None
        write = forms.xml_error if service == "sts" else forms.json_error
        return write(service, code, status, refused.message, form, self.id)

    # what all have in common

    def finish_one(self, action, key, call, judged, refused=None, close=False):
        """Logs, takes the fault, waits at its gate, answers."""
        core = self.core
        self.entry = core.log.begin(
            action, key=key, connection=self.id, port=self.server.name,
            method=self.command, host=self.headers.get("Host"),
            agent=self.headers.get("User-Agent"),
            region=call.region if call else None,
            access_key=call.credential.access_key
            if call and call.credential else None,
            refused=refused.code if refused else None,
            why=refused.message if refused else None)
        if call and call.service == "secretsmanager" and not refused:
            self.entry["stage"] = call.parameters.get("VersionStage")
            self.entry["version"] = call.parameters.get("VersionId")
        fault = None if refused else core.script.take(action, key)
        sender = Sender(self.connection, fault)
        try:
            if fault:
                self.entry["fault"] = {
                    name: value for name, value in fault.order.items()
                    if name not in ("body", "fields", "message", "repeat")}
                if fault.get("hold"):
                    core.script.wait(fault.get("hold"), sender.gone)
            answer = judged(fault)
            answer.close = answer.close or close
            if fault:
                answer = apply(answer, fault, core.ports["redirect"])
            self.entry["status"] = answer.status
            self.send(answer, sender)
        finally:
            core.log.end(self.entry, sender.sent)

    def send(self, answer, sender):
        """Onto the socket; whether the connection stays."""
        kept = sender.send(answer, self.core.clock(), self.command != "HEAD")
        if not kept:
            self.close_connection = True


class Server(ThreadingMixIn, TCPServer):
    """One port."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, core, name, address, context=None):
        self.core = core
        self.name = name
        self.context = context
        super().__init__(address, Silent if name == "silent" else Handler)

    def process_request_thread(self, request, client_address):
        fault = None
        if self.name != "redirect":     # there control always gets through
            fault = self.core.script.take("connect", self.name)
        if fault:
            entry = self.core.log.begin("connect", port=self.name,
                                        fault=dict(fault.order))
            sender = Sender(request, fault)
            cut = sender.meet()
            self.core.log.end(entry, sender.sent)
            if cut:
                self.shutdown_request(request)
                return
        super().process_request_thread(request, client_address)

    def shutdown_request(self, request):
        """Without a FIN before it, so that a reset is one."""
        self.close_request(request)

    def handle_error(self, request, _client_address):
        """A failed handshake is what some ports are for; the rest is ours."""
        error = sys.exc_info()[1]
        if isinstance(error, OSError):
            entry = self.core.log.begin("tls.Handshake", port=self.name,
                                        error=type(error).__name__,
                                        why=str(error))
            self.core.log.end(entry, "cut")
        else:
            super().handle_error(request, _client_address)


class Silent(BaseHTTPRequestHandler):
    """Accepts, reads, never answers."""

    def handle(self):
        entry = self.core_log().begin("silent.Connection", port="silent")
        self.connection.settimeout(LIMIT)
        try:
            while self.connection.recv(4096):
                pass
        except OSError:
            pass
        self.core_log().end(entry, "gone")

    def core_log(self):
        """The journal."""
        return self.server.core.log


def listen(core, port, contexts, extra):
    """All the servers; extra: ADDR:PORT[/tls], loopback or link-local."""
    servers = []
    for at, name in enumerate(PORTS):
        address = ("127.0.0.1", port + at if port else 0)
        servers.append(Server(core, name, address, contexts.get(name)))
        core.ports[name] = servers[-1].server_address[1]
    for item in extra:
        address, _, kind = item.partition("/")
        host, number = address.rsplit(":", 1)
        if not host.startswith(("127.", "169.254.")):
            raise SystemExit("%s: only loopback and link-local" % host)
        servers.append(Server(core, kind or "http", (host, int(number)),
                              contexts.get(kind)))
    return servers


def until_eof(end):
    """Whoever started us and died has closed its end."""
    while sys.stdin.buffer.read1(4096):
        pass
    end.set()


def main():
    """Starts everything, says so, waits for the end."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--dir", required=True)
    parser.add_argument("--extra", action="append", default=[])
    parser.add_argument("--lifetime", type=float, default=900)
    parser.add_argument("--until-eof", action="store_true")
    options = parser.parse_args()
    # an nginx worker is another user and reads ca.pem; keys are mode 600
    os.makedirs(options.dir, mode=0o755, exist_ok=True)
    core = Core(options.dir)
    contexts = certs.make_all(options.dir)
    servers = listen(core, options.port, contexts, options.extra)
    for server in servers:
        threading.Thread(target=server.serve_forever, args=(0.05,),
                         daemon=True).start()
    end = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: end.set())
    signal.signal(signal.SIGINT, lambda *_: end.set())
    if options.until_eof:
        threading.Thread(target=until_eof, args=(end,), daemon=True).start()
    ports = json.dumps(core.ports)
    with open(os.path.join(options.dir, "ports.json"), "w",
              encoding="utf-8") as file:
        file.write(ports)
    print("ready", ports, flush=True)
    end.wait(options.lifetime)
    os._exit(0)         # threads may sit in a fault that lasts


if __name__ == "__main__":
    main()
