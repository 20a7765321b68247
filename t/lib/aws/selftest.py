#!/usr/bin/python3
"""selftest.py: the fault server proved by the real botocore, as TAP.

Each fault must really happen: a fault that does not strike would let a test of
the module pass for nothing.
"""

import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
from botocore import exceptions as boto
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import (ContainerMetadataFetcher, Credentials,
                                  InstanceMetadataFetcher)

from aws_client import Clients, command

KEY, SECRET = "AKIATESTTESTTEST0001", "test+secret/key0123456789abcdefghijklmn"
GET = "secretsmanager.GetSecretValue"
ROLE = "arn:aws:iam::123456789012:role/demo"
HERE = os.path.dirname(os.path.abspath(__file__))


class Tap:
    """Numbers the tests."""

    def __init__(self):
        self.count = self.bad = 0

    def ok(self, name, good, seen=None):
        """One test; what was seen is told when it fails."""
        self.count += 1
        self.bad += not good
        print("%s %d - %s" % ("ok" if good else "not ok", self.count, name),
              flush=True)
        if not good:
            print("# seen: %r" % (seen,), flush=True)

    def equal(self, name, seen, want):
        """One comparison."""
        self.ok(name, seen == want, (seen, "wanted", want))

    def code(self, name, want, call, **arguments):
        """A call that must end with this AWS error or exception."""
        self.equal(name, outcome(call, **arguments), want)


def outcome(call, **arguments):
    """"ok", an AWS code, or the exception's name."""
    try:
        call(**arguments)
        return "ok"
    except boto.ClientError as error:
        return error.response["Error"]["Code"]
    except Exception as error:      # pylint: disable=broad-except
        return type(error).__name__


def raw(port, method, path, headers=None, body=None):
    """(status, text) without botocore."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=3)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


class Test:
    """The groups; each begins with a reset."""

    def __init__(self, tap, ports, folder):
        self.tap = tap
        self.ports = ports
        self.folder = folder
        self.port = ports["http"]
        self.url = "http://127.0.0.1:%d" % self.port
        self.good = Clients(self.url, KEY, SECRET)
        self.sm = self.good.client("secretsmanager")
        self.ecs = self.good.client("ecs")

    def do(self, name, /, **arguments):
        """A command, on the port where no fault strikes."""
        return command(self.ports["redirect"], name, **arguments)

    def get(self, **more):
        """GetSecretValue of core/dev."""
        return self.sm.get_secret_value(SecretId="core/dev", **more)

    def fault(self, action=GET, **what):
        """Orders a fault."""
        self.do("fault", action=action, **what)

    def seed(self):
        """What most groups need."""
        self.do("reset")
        self.do("secret", name="core/dev", string='{"private_key":"1"}')

    def secrets(self):
        """Versions, labels, deletion, binary, batch."""
        tap = self.tap
        self.seed()
        first = self.get()
        tap.equal("GetSecretValue", first["SecretString"],
                  '{"private_key":"1"}')
        tap.equal("by ARN", self.sm.get_secret_value(
            SecretId=first["ARN"])["VersionId"], first["VersionId"])
        tap.code("no AWSPENDING", "ResourceNotFoundException", self.get,
                 VersionStage="AWSPENDING")
        second = self.do("secret", name="core/dev", string="2",
                         stages=["AWSPENDING"])["version"]
        tap.equal("AWSPENDING", self.get(VersionStage="AWSPENDING")
                  ["SecretString"], "2")
        tap.equal("not yet current", self.get()["VersionId"],
                  first["VersionId"])
        self.do("stage", name="core/dev", stage="AWSCURRENT", version=second)
        tap.equal("current moved", self.get()["VersionStages"],
                  ["AWSCURRENT", "AWSPENDING"])
        tap.equal("AWSPREVIOUS followed", self.get(VersionStage="AWSPREVIOUS")
                  ["VersionId"], first["VersionId"])
        tap.code("version and stage of another", "InvalidRequestException",
                 self.get, VersionId=second, VersionStage="AWSPREVIOUS")
        self.do("secret", name="core/dev", empty=True, stages=["AWSPENDING"])
        tap.code("an empty version", "ResourceNotFoundException", self.get,
                 VersionStage="AWSPENDING")
        labels = self.sm.describe_secret(SecretId="core/dev")
        tap.equal("DescribeSecret", len(labels["VersionIdsToStages"]), 3)
        self.do("secret", name="raw", binary="AAEC")
        tap.equal("SecretBinary", self.sm.get_secret_value(SecretId="raw")
                  ["SecretBinary"], b"\0\1\2")
        batch = self.sm.batch_get_secret_value(SecretIdList=["raw", "none"])
        tap.equal("BatchGetSecretValue", (
            len(batch["SecretValues"]), batch["Errors"][0]["ErrorCode"]),
                  (1, "ResourceNotFoundException"))
        self.do("delete", name="core/dev")
        tap.code("marked as deleted", "InvalidRequestException", self.get)
        elsewhere = self.good.client("secretsmanager", "eu-west-1")
        tap.code("another region", "ResourceNotFoundException",
                 elsewhere.get_secret_value, SecretId="raw")
        made = self.do("secret", name="new", generate="P-256")
        value = json.loads(self.sm.get_secret_value(SecretId="new")
                           ["SecretString"])["private_key"]
        tap.ok("a generated key", value.startswith("M") and "\n" not in value
               and "PUBLIC" in made["public_pem"])

    def services(self):
        """ECS and SSM."""
        tap = self.tap
        self.seed()
        tap.code("no cluster", "ClusterNotFoundException",
                 self.ecs.describe_services, cluster="dev-x", services=["x"])
        arn = self.do("service", cluster="dev-ledger", service="dev-ledger",
                      containers=[{"name": "app", "environment": [
                          {"name": "PRIVATE_KEY", "value": "v"}]}])
        seen = self.ecs.describe_services(
            cluster="dev-ledger", services=["dev-ledger", "dev-none"])
        tap.equal("MISSING in a 200", seen["failures"][0]["reason"], "MISSING")
        tap.equal("taskDefinition", seen["services"][0]["taskDefinition"],
                  arn["task_definition"])
        task = self.ecs.describe_task_definition(
            taskDefinition=arn["task_definition"])["taskDefinition"]
        tap.equal("container", task["containerDefinitions"][0]["environment"],
                  [{"name": "PRIVATE_KEY", "value": "v"}])
        tap.code("no such task definition", "ClientException",
                 self.ecs.describe_task_definition, taskDefinition="x:9")
        self.do("parameter", name="/svc/key", value="p")
        ssm = self.good.client("ssm")
        tap.equal("parameter", ssm.get_parameter(
            Name="/svc/key", WithDecryption=True)["Parameter"]["Value"], "p")
        tap.ok("not decrypted unless asked", ssm.get_parameter(Name="/svc/key")
               ["Parameter"]["Value"] != "p")
        tap.code("no parameter", "ParameterNotFound", ssm.get_parameter,
                 Name="/none")

    def roles(self):
        """STS and temporary keys."""
        tap = self.tap
        self.seed()
        self.do("role", arn=ROLE, external_id="e+1", tokens=["web-token"])
        sts = self.good.client("sts")
        role = {"RoleArn": ROLE, "RoleSessionName": "test"}
        tap.code("external id", "AccessDenied", sts.assume_role, **role)
        keys = sts.assume_role(ExternalId="e+1", DurationSeconds=900, **role)
        keys = keys["Credentials"]
        asked = Clients(self.url, keys["AccessKeyId"], keys["SecretAccessKey"],
                        keys["SessionToken"])
        call = asked.client("secretsmanager").get_secret_value
        tap.code("a role's keys", "ok", call, SecretId="core/dev")
        other = Clients(self.url, keys["AccessKeyId"], keys["SecretAccessKey"],
                        "another").client("secretsmanager").get_secret_value
        tap.code("another token", "UnrecognizedClientException", other,
                 SecretId="core/dev")
        self.do("expire", source=ROLE)
        tap.code("ended keys", "ExpiredTokenException", call,
                 SecretId="core/dev")
        tap.code("ended keys at STS", "ExpiredToken",
                 asked.client("sts").get_caller_identity)
        self.do("revoke", source=ROLE)
        tap.code("forgotten keys", "UnrecognizedClientException", call,
                 SecretId="core/dev")
        tap.code("web identity", "ok", sts.assume_role_with_web_identity,
                 WebIdentityToken="web-token", **role)
        tap.code("its line end", "InvalidIdentityToken",
                 sts.assume_role_with_web_identity,
                 WebIdentityToken="web-token\n", **role)
        self.do("credentials", access_key="AKIADENIED0000000001",
                secret_key=SECRET, deny=["secretsmanager.*"])
        tap.code("policy", "AccessDeniedException", Clients(
            self.url, "AKIADENIED0000000001", SECRET).client("secretsmanager")
                 .get_secret_value, SecretId="core/dev")

    def signatures(self):
        """Wrong ones are refused; each for its own reason."""
        tap = self.tap
        self.seed()
        tap.code("wrong secret key", "InvalidSignatureException", Clients(
            self.url, KEY, "wrong").client("secretsmanager").get_secret_value,
                 SecretId="core/dev")
        tap.code("unknown key", "UnrecognizedClientException", Clients(
            self.url, "AKIAUNKNOWN000000001", "x").client("secretsmanager")
                 .get_secret_value, SecretId="core/dev")
        loose = self.good.client("secretsmanager", check=False)
        original = loose._serializer.serialize_to_request
        for name, body, want in (
                ("misspelt parameter", b'{"SecretID":"x"}',
                 "ValidationException"),
                ("wrong type", b'{"SecretId":1}', "ValidationException"),
                ("no JSON", b"{", "SerializationException"),
                ("right by hand", b'{"SecretId":"core/dev"}', "ok")):
            loose._serializer.serialize_to_request = \
                lambda *args, body=body: {**original(*args), "body": body}
            tap.code(name, want, loose.get_secret_value, SecretId="x")
        for name, change, want in (
                ("signed by hand", lambda headers: None, 200),
                ("header sent, not signed",
                 lambda headers: headers.add_header("X-Amz-Extra", "1"), 400),
                ("signed, not sent",
                 lambda headers: headers.__delitem__("X-Amz-Target"), 400),
                ("no signature",
                 lambda headers: headers.__delitem__("Authorization"), 400)):
            tap.equal(name, self.by_hand(change), want)
        for offset, word in ((3600, "expired"), (-3600, "not yet current")):
            self.do("clock", offset=offset)
            try:
                self.get()
                text = date = "none"
            except boto.ClientError as error:
                text = error.response["Error"]["Message"]
                date = error.response["ResponseMetadata"]["HTTPHeaders"]["date"]
            want = time.strftime("%H:", time.gmtime(time.time() + offset))
            tap.ok("clock %+d s" % offset, "Signature " + word in text and
                   " %s" % want in date, (text, date))
        self.do("clock", offset=0)
        refused = self.do("counts")["refused"]
        tap.equal("refusals are counted", sum(refused.values()), 10)

    def by_hand(self, change):
        """Status of a signed request that is changed afterwards."""
        request = AWSRequest("POST", self.url + "/", {
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": GET}, b'{"SecretId":"core/dev"}')
        SigV4Auth(Credentials(KEY, SECRET), "secretsmanager",
                  "us-east-1").add_auth(request)
        change(request.headers)
        return raw(self.port, "POST", "/", dict(request.headers.items()),
                   request.body)[0]

    def faults(self):
        """Each field of a fault."""
        tap = self.tap
        self.seed()
        for code in ("ThrottlingException", "AccessDeniedException",
                     "ExpiredTokenException", "ResourceNotFoundException",
                     "InternalServiceError", "DecryptionFailure"):
            for form in ("plain", "prefixed"):
                self.fault(error=code, form=form)
                tap.code("%s, %s" % (code, form), code, self.get)
        tap.code("then all is well", "ok", self.get)
        for name, order, want in (
                ("503", {"status": 503, "body": "<html>"}, "503"),
                ("cut before", {"cut": "before"}, "ConnectionClosedError"),
                ("cut before, reset", {"cut": "before", "reset": True},
                 "ConnectionClosedError"),
                ("cut after", {"cut": "after"}, "ok"),
                ("slow", {"delay": 4}, "ReadTimeoutError"),
                ("chunked", {"chunked": True}, "ok")):
            self.fault(**order)
            tap.code(name, want, self.get)
        tap.code("an invented error is refused", "ValueError", self.fault,
                 error="MyException")
        tap.code("an unknown field is refused", "ValueError", self.fault,
                 slow=1)
        self.do("clear")

    def answers(self):
        """What faults do to the bytes, without botocore's help."""
        tap = self.tap
        self.seed()
        for name, order, check in (
                ("10 MB", {"repeat": ["x" * 10, 1 << 20]},
                 lambda status, headers, body, _: len(body) == 10 << 20),
                ("no JSON", {"body": "<html>"},
                 lambda status, headers, body, _: body == b"<html>"),
                ("half of it", {"truncate": 30},
                 lambda status, headers, body, _: len(body) == 30
                 and headers["content-length"] == "30"),
                ("content type", {"content_type": "text/html"},
                 lambda status, headers, body, _:
                 headers["content-type"] == "text/html"),
                ("x-amz-retry-after", {"error": "ThrottlingException",
                                       "retry_after": 1500},
                 lambda status, headers, body, _: status == 400
                 and headers["x-amz-retry-after"] == "1500"),
                ("redirect", {"redirect": 301},
                 lambda status, headers, body, _: status == 301 and
                 headers["location"].endswith(":%d/" % self.ports["redirect"])),
                ("header form", {"error": "AccessDeniedException",
                                 "form": "header"},
                 lambda status, headers, body, _: headers["x-amzn-errortype"]
                 .startswith("AccessDeniedException:")),
                ("Date lies", {"date_offset": -3600},
                 lambda status, headers, body, _: time.strftime(
                     " %H:", time.gmtime(time.time() - 3600)) in
                 headers["date"]),
                ("fields", {"fields": {"SecretString": None, "Name": 5}},
                 lambda status, headers, body, _: b"SecretString" not in body
                 and b'"Name": 5' in body),
                ("drip", {"drip": 0.02, "truncate": 20},
                 lambda status, headers, body, took: took > 0.3),
                ("slow headers", {"drip_headers": 0.005},
                 lambda status, headers, body, took: took > 0.5)):
            self.fault(**order)
            seen = self.signed()
            tap.ok(name, check(*seen), seen[:2] + (seen[2][:200], seen[3]))
        self.fault(cut="headers")
        text = self.signed(bytes_only=True)
        tap.ok("cut in the headers", text.startswith(b"HTTP/1.1 200 ")
               and b"\r\n\r\n" not in text, text)
        self.fault(cut="mid")
        tap.code("cut in the body", "IncompleteRead", self.signed)
        tap.equal("no hit where the redirect leads",
                  self.do("counts")["actions"].get("redirect.Hit"), None)
        raw(self.ports["redirect"], "GET", "/x")
        tap.equal("one that is there is counted",
                  self.do("counts")["actions"].get("redirect.Hit"), 1)
        self.fault(endless_header=True)
        tap.code("endless header", "LineTooLong", self.endless)

    def endless(self):
        """http.client gives up after 100 headers."""
        try:
            self.signed()
        except http.client.HTTPException as error:
            raise http.client.LineTooLong("headers") from error

    def signed(self, bytes_only=False):
        """(status, headers, body, seconds) of GetSecretValue, or the bytes."""
        request = AWSRequest("POST", self.url + "/", {
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": GET}, b'{"SecretId":"core/dev"}')
        SigV4Auth(Credentials(KEY, SECRET), "secretsmanager",
                  "us-east-1").add_auth(request)
        connection = http.client.HTTPConnection("127.0.0.1", self.port,
                                                timeout=5)
        begin = time.monotonic()
        try:
            connection.request("POST", "/", request.body,
                               dict(request.headers.items()))
            if bytes_only:
                return b"".join(iter(lambda: connection.sock.recv(4096), b""))
            answer = connection.getresponse()
            headers = {name.lower(): value
                       for name, value in answer.getheaders()}
            return (answer.status, headers, answer.read(),
                    time.monotonic() - begin)
        finally:
            connection.close()

    def order(self):
        """times, skip, every, key; gates; limits; retries."""
        tap = self.tap
        self.seed()
        self.do("secret", name="other", string="o")
        self.fault(error="ThrottlingException", skip=1, times=1)
        tap.equal("skip", [outcome(self.get) for _ in range(3)],
                  ["ok", "ThrottlingException", "ok"])
        self.fault(error="ThrottlingException", every=2, times="always",
                   key="core/dev")
        tap.equal("every", [outcome(self.get) for _ in range(4)],
                  ["ok", "ThrottlingException"] * 2)
        tap.code("another key", "ok", self.sm.get_secret_value,
                 SecretId="other")
        self.do("clear")
        self.do("limit", service="secretsmanager", rate=0.01, burst=2)
        tap.equal("limit", [outcome(self.get) for _ in range(3)],
                  ["ok", "ok", "ThrottlingException"])
        self.do("clear")
        old = self.get()["VersionId"]
        self.do("secret", name="core/dev", string="2")
        self.fault(version=old)
        tap.equal("an old version for once", [
            self.get()["SecretString"] for _ in range(2)],
                  ['{"private_key":"1"}', "2"])
        self.do("forget")
        self.fault(error="ThrottlingException", times=2)
        tap.code("botocore's own retries", "ok", self.good.client(
            "secretsmanager", attempts=3).get_secret_value, SecretId="core/dev")
        tap.equal("are three requests", self.do("counts")["actions"], {GET: 3})

    def gates(self):
        """Holding, releasing, concurrency, the log, connections."""
        tap = self.tap
        self.seed()
        self.fault(hold="g", times=3)
        held = [subprocess.Popen(
            [sys.executable, __file__, "--one", self.url],
            stdout=subprocess.DEVNULL) for _ in range(3)]
        end = time.monotonic() + 8
        while self.do("waiting", gate="g")["waiting"] < 3 \
                and time.monotonic() < end:
            time.sleep(0.02)
        tap.equal("three are held", self.do("waiting", gate="g")["waiting"], 3)
        self.do("release", gate="g", count=1)
        time.sleep(0.2)
        tap.equal("one was let go", self.do("counts")["busy"], 2)
        self.do("release", gate="g")
        tap.equal("all got their answer", [item.wait(8) for item in held],
                  [0, 0, 0])
        counts = self.do("counts")
        tap.equal("concurrency", (counts["max_busy"], counts["busy"]), (3, 0))
        tap.equal("connections", counts["connections"], 3)
        log = self.do("log", action=GET)["log"]
        tap.equal("log", [(entry["key"], entry["access_key"], entry["sent"],
                           entry["status"]) for entry in log],
                  [("core/dev", KEY, "full", 200)] * 3)
        self.get()
        self.get()
        entries = self.do("log", since=log[-1]["n"])["log"]
        tap.equal("keep-alive", len({entry["connection"]
                                     for entry in entries}), 1)
        tap.ok("idle ones are closed", self.do("close_idle")["closed"] >= 1)
        tap.code("botocore finds that out", "ok", self.good.client(
            "secretsmanager", attempts=2).get_secret_value, SecretId="core/dev")
        self.fault("connect", cut="before", reset=True)
        seen = outcome(Clients(self.url, KEY, SECRET).client("secretsmanager")
                       .get_secret_value, SecretId="core/dev")
        # by load: the reset is seen before or after the request is written
        tap.ok("cut at connect", seen in (
            "ConnectionClosedError", "EndpointConnectionError"), seen)
        self.fault(drip=0.2)
        with socket.create_connection(("127.0.0.1", self.port)) as plain:
            plain.sendall(b"GET /v2/credentials/x HTTP/1.1\r\nHost: x\r\n\r\n")
            plain.recv(10)
        with socket.create_connection(("127.0.0.1", self.ports["silent"])) as \
                plain:
            plain.sendall(b"GET / HTTP/1.1\r\n\r\n")
            plain.settimeout(0.3)
            tap.equal("silence", silence(plain), "nothing")

    def tls(self):
        """Only the good certificate passes; each other for its own reason."""
        for kind, word in (("tls", "ok"), ("wrong_name", "match"),
                           ("unknown_ca", "unable to get local issuer"),
                           ("expired", "expired"), ("self_signed", "self"),
                           ("old_tls", "")):
            self.seed()
            client = Clients("https://localhost:%d" % self.ports[kind], KEY,
                             SECRET, verify=self.folder + "/ca.pem"
                             ).client("secretsmanager")
            try:
                client.get_secret_value(SecretId="core/dev")
                seen = "ok"
            except boto.SSLError as error:
                seen = str(error)
            self.tap.ok("TLS: " + kind, (seen == "ok") == (kind == "tls")
                        and word in seen, seen)
            self.tap.equal("requests seen there", self.do("counts")["actions"]
                           .get(GET, 0), int(kind == "tls"))

    def metadata(self):
        """Container and instance credentials, through botocore's fetchers."""
        tap = self.tap
        self.seed()
        uri = self.url + "/v1/credentials"
        fetcher = ContainerMetadataFetcher()
        fetcher.TIMEOUT_SECONDS = 2
        fetcher.SLEEP_TIME = 0
        header = {"Authorization": "container-token"}
        keys = fetcher.retrieve_full_uri(uri, headers=header)
        tap.code("keys of a container", "ok", Clients(
            self.url, keys["AccessKeyId"], keys["SecretAccessKey"],
            keys["Token"]).client("secretsmanager").get_secret_value,
                 SecretId="core/dev")
        tap.equal("its token", raw(self.port, "GET", "/v1/credentials")[0], 401)
        self.fault("container.Get", error="CredentialsUninitialized")
        tap.equal("uninitialized", raw(self.port, "GET", "/v2/credentials/i",
                                       header)[0], 503)
        self.do("limit", service="container", rate=0.01, burst=1)
        tap.equal("429", [raw(self.port, "GET", "/v2/credentials/i", header)[0]
                          for _ in range(2)], [200, 429])
        os.environ.pop("AWS_EC2_METADATA_DISABLED", None)
        keys = InstanceMetadataFetcher(
            timeout=2, num_attempts=1, base_url=self.url + "/"
        ).retrieve_iam_role_credentials()
        tap.equal("role of an instance", keys.get("role_name"), "instance-role")
        path = "/latest/meta-data/placement/region"
        name = "x-aws-ec2-metadata-token"
        tap.equal("no token", raw(self.port, "GET", path)[0], 401)
        token = raw(self.port, "PUT", "/latest/api/token",
                    {name + "-ttl-seconds": "60"})[1]
        tap.equal("region", raw(self.port, "GET", path, {name: token}),
                  (200, "us-east-1"))
        self.do("clock", offset=61)
        tap.equal("old token", raw(self.port, "GET", path, {name: token})[0],
                  401)
        self.do("clock", offset=0)
        self.do("imds_expire_tokens")
        tap.equal("forgotten token",
                  raw(self.port, "GET", path, {name: token})[0], 401)
        self.do("imds", role=None)
        token = raw(self.port, "PUT", "/latest/api/token",
                    {name + "-ttl-seconds": "60"})[1]
        tap.equal("no role", raw(
            self.port, "GET", "/latest/meta-data/iam/security-credentials/",
            {name: token})[0], 404)


def silence(plain):
    """What a port that never answers says."""
    try:
        return plain.recv(10) or "closed"
    except TimeoutError:
        return "nothing"


def one(url):
    """A child's request, for concurrency."""
    Clients(url, KEY, SECRET).client("secretsmanager", timeout=10) \
        .get_secret_value(SecretId="core/dev")


def main():
    """Starts a server of its own and runs the groups."""
    tap = Tap()
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, subprocess.Popen(
            [sys.executable, os.path.join(HERE, "fault_server.py"), "--dir",
             folder, "--until-eof", "--lifetime", "60"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        word, _, ports = server.stdout.readline().partition(" ")
        tap.equal("the server starts", word, "ready")
        test = Test(tap, json.loads(ports), folder)
        for group in (test.secrets, test.services, test.roles, test.signatures,
                      test.faults, test.answers, test.order, test.gates,
                      test.tls, test.metadata):
            print("# " + group.__name__, flush=True)
            group()
        server.stdin.close()
        tap.equal("it ends with its input", server.wait(5), 0)
    took = time.monotonic() - begin
    print("# %.1f s" % took)
    print("1..%d" % tap.count)
    return int(tap.bad > 0)


if __name__ == "__main__":
    sys.exit(one(sys.argv[2]) if sys.argv[1:2] == ["--one"] else main())
