#!/usr/bin/python3
"""moto_selftest.py [--ansible]: moto as seeded, through the real botocore; TAP.

Proves that its authentication is on, and that each command of moto_server.py
does what it says.  With --ansible also the deployment of a service (10 s).
"""

import base64
import json
import os
import socket
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
from aws_client import Clients
from moto_server import Folder
from selftest import Tap, outcome

HERE = os.path.dirname(os.path.abspath(__file__))


def free_port():
    """One that nobody has now."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


def public_of(key):
    """The public key of base64 of PKCS#8 DER, in PEM."""
    done = subprocess.run(
        ["openssl", "pkey", "-inform", "DER", "-pubout"], timeout=10,
        input=base64.b64decode(key), capture_output=True, check=True)
    return done.stdout.decode()


class Test:
    """A running moto, seen as its user."""

    def __init__(self, tap, path):
        self.tap = tap
        self.path = path
        self.seed = Folder(path).seed()
        self.mine = self.client(*self.seed["keys"]["nginx"])

    def client(self, *keys):
        """Clients with these keys."""
        return Clients(self.seed["endpoint"], *keys)

    def command(self, script, *arguments):
        """One of our commands; it must succeed."""
        done = subprocess.run(
            [os.path.join(HERE, script), *arguments], capture_output=True,
            text=True, timeout=120, check=False)
        self.tap.ok("%s %s" % (script, " ".join(
            item for item in arguments if item not in ("--dir", self.path))),
                    done.returncode == 0, (done.stdout + done.stderr)[-800:])

    def moto(self, what, *arguments):
        """A command of moto_server.py."""
        self.command("moto_server.py", what, "--dir", self.path, *arguments)

    def pem(self, name):
        """A public key that was written down."""
        with open(os.path.join(self.path, name + ".pem"),
                  encoding="utf-8") as file:
            return file.read()

    def get(self, **more):
        """core/dev's value."""
        return self.mine.client("secretsmanager").get_secret_value(
            SecretId="core/dev", **more)["SecretString"]

    def public(self, **more):
        """The public key of core/dev."""
        return public_of(json.loads(self.get(**more))["private_key"])

    def task(self, name):
        """The container of a service's task definition."""
        ecs = self.mine.client("ecs")
        arn = ecs.describe_services(cluster=name, services=[name])[
            "services"][0]["taskDefinition"]
        return ecs.describe_task_definition(taskDefinition=arn)[
            "taskDefinition"]["containerDefinitions"][0]

    def stored(self):
        """What the seeding says is there."""
        tap = self.tap
        tap.equal("core/dev", self.public(), self.pem("core-dev"))
        tap.equal("dev-ledger", public_of({
            entry["name"]: entry["value"] for entry in
            self.task("dev-ledger")["environment"]}["PRIVATE_KEY"]),
                  self.pem("dev-ledger"))
        for name, want in (("dev-whole", self.seed["whole"]),
                           ("dev-field", self.seed["map"] + ":private_key::"),
                           ("dev-ssm", self.seed["parameter"])):
            tap.equal(name, self.task(name)["secrets"],
                      [{"name": "PRIVATE_KEY", "valueFrom": want}])
        tap.equal("the parameter", public_of(
            self.mine.client("ssm").get_parameter(
                Name="/dev/ledger/key", WithDecryption=True)
            ["Parameter"]["Value"]), self.pem("ledger-ssm"))
        tap.equal("MISSING", self.mine.client("ecs").describe_services(
            cluster="dev-ledger", services=["none"])["failures"][0]["reason"],
                  "MISSING")

    def authentication(self):
        """Signatures and policies are really looked at."""
        tap = self.tap
        want = {"SecretId": "core/dev"}
        key = self.seed["keys"]["nginx"][0]
        call = lambda *keys: self.client(*keys).client(
            "secretsmanager").get_secret_value
        tap.ok("a wrong secret key is refused",
               outcome(call(key, "wrong"), **want) in
               ("SignatureDoesNotMatch", "403"),
               outcome(call(key, "x"), **want))
        tap.ok("an unknown key is refused",
               outcome(call("AKIAUNKNOWN000000001", "x"), **want) != "ok")
        tap.ok("a user without policy is refused",
               outcome(call(*self.seed["keys"]["nobody"]), **want) != "ok")
        role = self.mine.client("sts").assume_role(
            RoleArn=self.seed["role"], RoleSessionName="test")["Credentials"]
        tap.code("a role's keys", "ok", call(
            role["AccessKeyId"], role["SecretAccessKey"],
            role["SessionToken"]), **want)
        self.moto("deny")
        tap.ok("denied", outcome(self.get) != "ok", outcome(self.get))
        self.moto("allow")
        tap.code("allowed again", "ok", self.get)

    def changes(self):
        """Rotation, deletion, nonsense."""
        tap = self.tap
        first = self.public()
        self.moto("rotate", "core/dev", "pending")
        tap.equal("current is as before", self.public(), first)
        tap.equal("pending is new", self.public(VersionStage="AWSPENDING"),
                  self.pem("core-dev.pending"))
        self.moto("rotate", "core/dev", "promote")
        tap.equal("current moved", self.public(), self.pem("core-dev"))
        tap.equal("previous", self.public(VersionStage="AWSPREVIOUS"), first)
        self.moto("put", "core/dev", "nonsense")
        tap.equal("put", self.get(), "nonsense")
        self.moto("delete", "core/dev")
        tap.code("deleted", "InvalidRequestException", self.get)
        self.moto("restore", "core/dev")
        tap.code("restored", "ok", self.get)

    def ansible(self):
        """Deployed, and deployed again with another key."""
        for more in ([], ["--redeploy"]):
            begin = time.monotonic()
            self.command("ecs_deploy.py", "--dir", self.path, *more, "stage",
                         "billing")
            print("# %.1f s" % (time.monotonic() - begin), flush=True)
            self.tap.equal("its key", public_of({
                entry["name"]: entry["value"] for entry in
                self.task("stage-billing")["environment"]}["PRIVATE_KEY"]),
                           self.pem("stage-billing"))


def main():
    """Starts a moto of its own and runs the groups."""
    tap = Tap()
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as path, subprocess.Popen(
            [os.path.join(HERE, "moto_server.py"), "serve", "--dir", path,
             "--port", str(free_port()), "--until-eof", "--lifetime", "120"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        line = server.stdout.readline()
        took = time.monotonic() - begin
        tap.ok("it is ready", line.startswith("ready"), line)
        print("# ready after %.1f s" % took, flush=True)
        test = Test(tap, path)
        groups = [test.stored, test.authentication, test.changes]
        for group in groups + [test.ansible] * ("--ansible" in sys.argv):
            print("# " + group.__name__, flush=True)
            group()
        server.stdin.close()
        tap.equal("it ends with its input", server.wait(5), 0)
    print("# %.1f s" % (time.monotonic() - begin))
    print("1..%d" % tap.count)
    return int(tap.bad > 0)


if __name__ == "__main__":
    sys.exit(main())
