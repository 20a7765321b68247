#!/usr/bin/python3
"""moto_server.py serve|run|…: an AWS that is not ours (moto), with keys in it.

  serve --port P --dir DIR       seeds it, prints "ready", stays until SIGTERM,
                                 the end of standard input (--until-eof), or
                                 --lifetime seconds
  run --port P --dir DIR -- CMD…
                                 the same for as long as CMD runs
  rotate --dir DIR NAME [pending|promote]
                                 a new version of a secret: as AWSPENDING, that
                                 one made AWSCURRENT, or both in one
  put --dir DIR NAME TEXT        this text as the new AWSCURRENT
  deny|allow --dir DIR           takes from or gives the user its policy
  delete|restore --dir DIR NAME  marks a secret for deletion, or no longer

DIR/seed.json has endpoint, keys and ARNs; DIR/*.pem public keys; DIR/forbidden
what no log may hold.  After the seeding moto verifies signatures and policies.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import threading
import urllib.request

sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
from aws_client import LOCAL, Clients
from certs import make_key

ROOT = os.path.dirname(os.path.abspath(__file__)) + "/../../.."
MOTO = os.path.join(ROOT, ".deps/usr/lib/python3/dist-packages")
USER, ROLE = "nginx", "jwt-issuer"
ALLOWED = ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret",
           "ecs:DescribeServices", "ecs:DescribeTaskDefinition",
           "ssm:GetParameter", "kms:Decrypt"]


def policy(actions):
    """An IAM policy for these actions."""
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": actions, "Resource": "*"}]})


class Folder:
    """The files that tests read."""

    def __init__(self, path):
        self.path = path
        os.makedirs(path, mode=0o755, exist_ok=True)

    def write(self, name, text, mode="w"):
        """One file; only public keys are for everyone's eyes."""
        flags = os.O_WRONLY | os.O_CREAT | (
            os.O_APPEND if mode == "a" else os.O_TRUNC)
        path = os.path.join(self.path, name)
        mode = 0o644 if name.endswith(".pem") else 0o600
        with open(os.open(path, flags, mode), "w", encoding="utf-8") as file:
            file.write(text)

    def seed(self):
        """What the seeding left."""
        path = os.path.join(self.path, "seed.json")
        with open(path, encoding="utf-8") as file:
            return json.load(file)

    def forbid(self, secret):
        """Notes a part of a secret that no log may hold."""
        part = secret[len(secret) // 4:][:40]
        self.write("forbidden", "key %s\n" % part, "a")

    def key(self, name, kind="RSA"):
        """A new private key; its public half becomes NAME.pem."""
        key, public = make_key(kind)
        self.write(name + ".pem", public)
        self.forbid(key)
        return key


def secret_map(key):
    """A SecretString as its users have it: many entries, one is the key."""
    others = {"database_url": "postgres://db.internal/core",
              "log_level": "info", "api_token": "not-a-key", "unicode": "gr\u00fcn \u2713"}
    return json.dumps({**others, "private_key": key})


def seed(folder, endpoint):
    """Everything there is; no signature is asked for yet."""
    clients = Clients(endpoint, "seed", "seed")
    out = {"endpoint": endpoint, "region": "us-east-1"}
    out.update(seed_secrets(folder, clients))
    out.update(seed_ecs(folder, clients, out))
    out.update(seed_iam(folder, clients))
    folder.write("seed.json", json.dumps(out, indent=1))


def seed_secrets(folder, clients):
    """core/dev, and what the task definitions point at."""
    manager = clients.client("secretsmanager")
    put = lambda name, text: manager.create_secret(
        Name=name, SecretString=text)["ARN"]
    core = put("core/dev", secret_map(folder.key("core-dev")))
    mapped = put("ledger/map", secret_map(folder.key("ledger-map")))
    whole = put("ledger/whole", folder.key("ledger-whole"))
    clients.client("ssm").put_parameter(
        Name="/dev/ledger/key", Type="SecureString",
        Value=folder.key("ledger-ssm"))
    return {"core_dev": core, "map": mapped, "whole": whole}


def seed_ecs(folder, clients, arns):
    """dev-ledger with the key in its environment, and three with secrets."""
    ecs = clients.client("ecs")
    parameter = clients.client("ssm").get_parameter(
        Name="/dev/ledger/key")["Parameter"]["ARN"]
    sources = {
        "dev-ledger": None,
        "dev-whole": arns["whole"],
        "dev-field": arns["map"] + ":private_key::",
        "dev-stage": arns["map"] + ":private_key:AWSCURRENT:",
        "dev-ssm": parameter,
        "dev-ssmname": "/dev/ledger/key",
    }
    for name, source in sources.items():
        container = {"name": "app", "image": "app", "memory": 64}
        if source is None:
            container["environment"] = [
                {"name": "LOG_LEVEL", "value": "info"},
                {"name": "PRIVATE_KEY", "value": folder.key(name)}]
        else:
            container["secrets"] = [{"name": "PRIVATE_KEY",
                                     "valueFrom": source}]
        register(ecs, name, [container])
    return {"services": list(sources), "parameter": parameter}


def register(ecs, name, containers):
    """Cluster, task definition and service of one name."""
    ecs.create_cluster(clusterName=name)
    task = ecs.register_task_definition(
        family=name, containerDefinitions=containers)
    ecs.create_service(
        cluster=name, serviceName=name, desiredCount=1,
        taskDefinition=task["taskDefinition"]["taskDefinitionArn"])


def seed_iam(folder, clients):
    """The user under test, a role for it, one user with nothing, an admin."""
    iam = clients.client("iam")
    keys = {}
    for name, actions in ((USER, ALLOWED + ["sts:AssumeRole"]),
                          ("nobody", ["sts:GetCallerIdentity"]),
                          ("admin", ["*"])):
        iam.create_user(UserName=name)
        iam.put_user_policy(UserName=name, PolicyName="p",
                            PolicyDocument=policy(actions))
        made = iam.create_access_key(UserName=name)["AccessKey"]
        keys[name] = [made["AccessKeyId"], made["SecretAccessKey"]]
        folder.forbid(made["SecretAccessKey"])
    role = iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps({
        "Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "sts:AssumeRole",
             "Principal": {"AWS": "*"}}]}))["Role"]["Arn"]
    iam.put_role_policy(RoleName=ROLE, PolicyName="p",
                        PolicyDocument=policy(ALLOWED))
    return {"keys": keys, "role": role}


def authenticate(endpoint):
    """From now on signatures and policies count."""
    request = urllib.request.Request(
        endpoint + "/moto-api/reset-auth", b"0", {"Content-Type": "text/plain"})
    with LOCAL.open(request, timeout=5) as answer:
        answer.read()


def start(options):
    """moto in threads of this process, seeded; its endpoint."""
    sys.path.insert(0, MOTO)
    try:
        # pylint: disable=import-outside-toplevel
        import logging
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        from moto.server import ThreadedMotoServer
        from moto_mend import mend
        mend()
    except ImportError as error:
        raise SystemExit("moto is missing (%s): tools/deps.sh aws" % error) \
            from None
    server = ThreadedMotoServer("127.0.0.1", options.port, verbose=False)
    server.start()
    folder = Folder(options.dir)
    endpoint = "http://127.0.0.1:%d" % options.port
    seed(folder, endpoint)
    authenticate(endpoint)
    return endpoint


def until_eof(end):
    """Whoever started us and died has closed its end."""
    while sys.stdin.buffer.read1(4096):
        pass
    end.set()


def serve(options):
    """Until it is told to end."""
    end = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: end.set())
    signal.signal(signal.SIGINT, lambda *_: end.set())
    print("ready", start(options), flush=True)
    if options.until_eof:
        threading.Thread(target=until_eof, args=(end,), daemon=True).start()
    end.wait(options.lifetime)
    os._exit(0)


def run(options):
    """As long as the command runs; its exit status."""
    environment = dict(os.environ)
    endpoint = start(options)
    done = subprocess.run(
        options.rest, env={**environment, "MOTO_ENDPOINT": endpoint,
                      "MOTO_DIR": os.path.abspath(options.dir)},
        timeout=options.lifetime, check=False)
    os._exit(done.returncode & 255)


class Admin:
    """Commands to a running moto, signed by its admin."""

    def __init__(self, options):
        self.folder = Folder(options.dir)
        self.clients = Clients(self.folder.seed()["endpoint"],
                               *self.folder.seed()["keys"]["admin"])
        self.rest = options.rest

    @property
    def manager(self):
        """Secrets Manager."""
        return self.clients.client("secretsmanager")

    def versions(self, name):
        """Version id by label."""
        labels = self.manager.describe_secret(SecretId=name)
        return {label: version for version, stages in
                labels["VersionIdsToStages"].items() for label in stages}

    def rotate(self, name, step="both"):
        """AWSPENDING first, then AWSCURRENT, as a rotation does."""
        manager = self.manager
        if step in ("pending", "both"):
            key = self.folder.key(name.replace("/", "-") + ".pending")
            manager.put_secret_value(
                SecretId=name, SecretString=secret_map(key),
                VersionStages=["AWSPENDING"])
        if step in ("promote", "both"):
            at = self.versions(name)
            manager.update_secret_version_stage(
                SecretId=name, VersionStage="AWSCURRENT",
                MoveToVersionId=at["AWSPENDING"],
                RemoveFromVersionId=at["AWSCURRENT"])
            base = os.path.join(self.folder.path, name.replace("/", "-"))
            os.replace(base + ".pem", base + ".previous.pem")
            os.replace(base + ".pending.pem", base + ".pem")
        print(json.dumps(self.versions(name), sort_keys=True))

    def put(self, name, text):
        """Any text, also one that is no key."""
        self.manager.put_secret_value(SecretId=name, SecretString=text)

    def deny(self):
        """The user may do nothing more."""
        self.clients.client("iam").delete_user_policy(
            UserName=USER, PolicyName="p")

    def allow(self):
        """It may again."""
        self.clients.client("iam").put_user_policy(
            UserName=USER, PolicyName="p",
            PolicyDocument=policy(ALLOWED + ["sts:AssumeRole"]))

    def delete(self, name):
        """Marked for deletion."""
        self.manager.delete_secret(SecretId=name, RecoveryWindowInDays=7)

    def restore(self, name):
        """No longer."""
        self.manager.restore_secret(SecretId=name)


def main():
    """serve, run, or a command to one that runs."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("what", choices=[
        "serve", "run", "rotate", "put", "deny", "allow", "delete", "restore"])
    parser.add_argument("--port", type=int, default=5000)
    parser.add_argument("--dir", required=True)
    parser.add_argument("--lifetime", type=float, default=900)
    parser.add_argument("--until-eof", action="store_true")
    at = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    options, rest = parser.parse_known_args(sys.argv[1:at])
    options.rest = rest + sys.argv[at + 1:]
    if options.what == "serve":
        serve(options)
    elif options.what == "run":
        run(options)
    else:
        getattr(Admin(options), options.what)(*options.rest)


if __name__ == "__main__":
    main()
