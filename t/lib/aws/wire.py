"""wire.py: puts an answer on the socket, with the faults that belong there."""

import json
import select
import socket
import ssl
import struct
import time
from dataclasses import dataclass, field
from email.utils import formatdate
from http.client import responses

from script import LIMIT


class Gone(Exception):
    """The client closed the connection while we were still answering."""


@dataclass
class Answer:
    """Status, body and headers, before any fault."""
    status: int
    body: bytes = b""
    headers: dict = field(default_factory=dict)
    close: bool = False


def apply(answer, fault, redirect_port):
    """Changes what is said; how it is said is the Sender's."""
    if fault.get("redirect"):
        answer = Answer(fault.get("redirect"), b"", {
            "Location": "http://127.0.0.1:%d/" % redirect_port})
    answer.status = fault.get("status", answer.status)
    if fault.get("fields") is not None:
        value = json.loads(answer.body)
        value.update(fault.get("fields"))
        answer.body = json.dumps({name: item for name, item in value.items()
                                  if item is not None}).encode()
    if fault.get("body") is not None:
        answer.body = fault.get("body").encode()
    if fault.get("repeat"):
        text, count = fault.get("repeat")
        answer.body = text.encode() * count
    if fault.get("truncate") is not None:
        answer.body = answer.body[:fault.get("truncate")]
    if fault.get("content_type") is not None:
        answer.headers["Content-Type"] = fault.get("content_type")
    if fault.get("retry_after") is not None:
        answer.headers["x-amz-retry-after"] = str(fault.get("retry_after"))
    answer.headers.update(fault.get("headers", {}))
    if fault.get("keepalive") is False or fault.get("cut"):
        answer.close = True
    return answer


class Sender:
    """Writes one answer; sent says how it went: full, cut, gone."""

    def __init__(self, connection, fault=None):
        self.connection = connection
        self.fault = fault or {}
        self.sent = "nothing"

    def gone(self):
        """A client does not speak while it waits: readable means closed."""
        try:
            return bool(select.select([self.connection], [], [], 0)[0])
        except (OSError, ValueError):
            return True

    def pause(self, seconds):
        """Waits, but not for a client that has gone."""
        end = time.monotonic() + min(seconds, LIMIT)
        while True:
            left = end - time.monotonic()
            if left <= 0:
                return
            if select.select([self.connection], [], [], left)[0]:
                raise Gone()

    def meet(self):
        """A fault of the connection itself: delay or cut; True
        when it ends here."""
        try:
            time.sleep(min(self.fault.get("delay") or 0, LIMIT))
            if self.fault.get("cut"):
                self.cut()
                return True
        except OSError:
            self.sent = "gone"
            return True
        self.sent = "late"
        return False

    def cut(self):
        """Closes at once, by FIN or by RST."""
        plain = self.connection
        if self.fault.get("reset"):
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                             struct.pack("ii", 1, 0))
        elif not isinstance(plain, ssl.SSLSocket):
            plain.shutdown(socket.SHUT_RDWR)
        plain.close()
        self.sent = "cut"

    def drip(self, data, seconds):
        """Byte by byte; the whole of it is bounded."""
        end = time.monotonic() + LIMIT
        for at in range(len(data)):
            if time.monotonic() > end:
                raise Gone()
            self.connection.sendall(data[at:at + 1])
            self.pause(seconds)

    def send(self, answer, now, with_body):
        """All of it; False when the connection is of no further use."""
        try:
            return self._send(answer, now, with_body)
        except (Gone, OSError):
            self.sent = "gone"
            return False

    def _send(self, answer, now, with_body):
        fault = self.fault
        self.pause(fault.get("delay", 0) or 0)
        if fault.get("cut") == "before":
            self.cut()
            return False
        head = self._head(answer, now + (fault.get("date_offset") or 0))
        if fault.get("endless_header"):
            return self._endless(head)
        if fault.get("cut") == "headers":
            self.connection.sendall(head[:len(head) // 2])
            self.cut()
            return False
        self._write(head, fault.get("drip_headers"))
        if with_body:
            self._body(answer.body)
        if fault.get("cut") in ("mid", "after"):
            self.cut()
            return False
        self.sent = "full"
        return not answer.close

    def _write(self, data, seconds):
        if seconds:
            self.drip(data, seconds)
        else:
            self.connection.sendall(data)

    def _body(self, body):
        if self.fault.get("cut") == "mid":
            body = body[:len(body) // 2]
        if not self.fault.get("chunked"):
            self._write(body, self.fault.get("drip"))
            return
        for at in range(0, len(body), 4096):
            part = body[at:at + 4096]
            self.connection.sendall(b"%x\r\n%s\r\n" % (len(part), part))
        if self.fault.get("cut") != "mid":
            self.connection.sendall(b"0\r\n\r\n")

    def _head(self, answer, now):
        lines = ["HTTP/1.1 %d %s" % (
            answer.status, responses.get(answer.status, "Unknown"))]
        headers = {"Date": formatdate(now, usegmt=True)}
        if self.fault.get("chunked"):
            headers["Transfer-Encoding"] = "chunked"
        else:
            headers["Content-Length"] = str(len(answer.body))
        if answer.close and not self.fault.get("cut"):
            headers["Connection"] = "close"
        headers.update(answer.headers)
        lines += ["%s: %s" % item for item in headers.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def _endless(self, head):
        """A header that never ends, quicker than any time limit for silence."""
        self.connection.sendall(head[:-2])
        end = time.monotonic() + LIMIT
        line = b"X-Endless: " + b"x" * 1000 + b"\r\n"
        while time.monotonic() < end:
            self.connection.sendall(line)
            self.pause(0.01)
        return False
