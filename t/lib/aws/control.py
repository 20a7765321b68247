"""control.py: the tests' side of the fault server: POST /_control/NAME, JSON.

Each command is a method; its arguments are the members of the JSON object, so
that a misspelt one is refused.  Answers are JSON; a mistake is a 400 with
{"error": text}.
"""

import base64
import json

from certs import make_key
from creds import Credential
from store import CURRENT


class Control:
    """The commands; core is the fault server's core."""

    def __init__(self, core):
        self.core = core

    def run(self, name, body):
        """(status, value) of a command."""
        method = getattr(self, "do_" + name, None)
        if method is None:
            return 404, {"error": "no command " + name}
        try:
            arguments = json.loads(body or b"{}")
            if not isinstance(arguments, dict):
                raise ValueError("the body is no object")
            if arguments.get("generate"):
                # takes its time: not while requests wait for the lock
                arguments["generate"] = make_key(arguments["generate"])
            with self.core.lock:
                return 200, method(**arguments) or {}
        except (ValueError, TypeError, KeyError, RuntimeError) as error:
            return 400, {"error": "%s: %s" % (name, error)}

    # what happens

    def do_reset(self):
        """Everything as at the start, but for ports and connections."""
        self.core.reset()

    def do_fault(self, **order):
        """One order; see script.py for its fields."""
        if "error" in order:
            service = order.get("action", "").split(".")[0]
            self.core.check_error(service, order["error"])
        self.core.script.add(order)

    def do_faults(self):
        """The orders and how often each has struck."""
        return {"faults": self.core.script.show()}

    def do_clear(self):
        """No faults and no limits any more; gates open."""
        self.core.script.clear()

    def do_limit(self, service, rate, burst):
        """A token bucket for secretsmanager, ecs, ssm, sts, container."""
        self.core.script.limit(service, rate, burst)

    def do_release(self, gate, count=None):
        """Lets requests held at a gate go on; no count: from now on all."""
        self.core.script.release(gate, count)

    def do_waiting(self, gate):
        """How many requests wait at a gate."""
        return {"waiting": self.core.script.waiting(gate)}

    def do_clock(self, offset=0):
        """The services' clock, in seconds from the machine's."""
        self.core.offset = float(offset)
        return {"now": self.core.clock()}

    # what is stored

    def do_secret(self, name, string=None, binary=None, json_map=None,
                  generate=None, field="private_key", empty=False,
                  stages=(CURRENT,), version=None, region=None):
        """A new version; generate: a key of this kind, made here."""
        answer = {}
        if generate:
            key, answer["public_pem"] = generate
            self.core.tell(key)
            string = key if field is None else json.dumps(
                {**(json_map or {}), field: key})
        elif json_map is not None:
            string = json.dumps(json_map)
        value = None if empty else (
            {"SecretBinary": binary} if string is None
            else {"SecretString": string})
        if value == {"SecretBinary": None}:
            raise ValueError("string, binary, json_map, generate or empty")
        if binary is not None:
            base64.b64decode(binary, validate=True)
        secret, answer["version"] = self.core.store.put_secret(
            name, value, stages, region, self.core.clock(), version)
        return {**answer, "arn": secret.arn, "stages": secret.stages}

    def do_stage(self, name, stage, version=None, region=None):
        """Moves a label; without a version it is on none."""
        secret = self.core.store.secret(name, region)
        secret.move(stage, version)
        return {"stages": secret.stages}

    def do_delete(self, name, force=False, region=None):
        """Marked for deletion; force: gone."""
        secret = self.core.store.secret(name, region)
        secret.deleted = True
        if force:
            del self.core.store.secrets[secret.region, secret.name]

    def do_restore(self, name, region=None):
        """No longer marked for deletion."""
        self.core.store.secret(name, region).deleted = False

    def do_service(self, cluster, service, containers=None, status="ACTIVE",
                   generate=None, variable="PRIVATE_KEY"):
        """A new revision of its task definition; generate: as do_secret."""
        answer = {}
        if generate:
            key, answer["public_pem"] = generate
            self.core.tell(key)
            containers = [{"name": service, "environment": [
                {"name": variable, "value": key}]}]
        if containers is None:
            raise ValueError("containers or generate")
        value = {"taskDefinition": {"containerDefinitions": containers}}
        self.core.shapes.check_answer("ecs", "DescribeTaskDefinition", value)
        answer["task_definition"] = self.core.store.put_service(
            cluster, service, containers, status)
        return answer

    def do_service_gone(self, cluster, service):
        """The cluster stays when it has another service."""
        del self.core.store.services[cluster, service]

    def do_parameter(self, name, value, kind="SecureString", region=None):
        """An SSM parameter, or a new version of it."""
        parameters = self.core.store.parameters
        key = (region or self.core.store.region, name)
        version = parameters.get(key, {"version": 0})["version"] + 1
        parameters[key] = {"value": value, "type": kind, "version": version,
                           "at": self.core.clock()}
        return {"version": version}

    # who may

    def do_credentials(self, access_key, secret_key, token=None,
                       expires_in=None, deny=()):
        """An access key; deny: actions such as "ecs.*"."""
        expires = None if expires_in is None else \
            self.core.clock() + expires_in
        self.core.credentials.add(Credential(
            access_key, secret_key, token, expires, "user", list(deny)))

    def do_role(self, arn, external_id=None, tokens=(), expires_in=3600):
        """A role; tokens: the web identity tokens it accepts."""
        self.core.store.roles[arn] = {
            "external_id": external_id, "tokens": list(tokens),
            "expires_in": expires_in}

    def do_revoke(self, source):
        """No key of this source is known any more (user, container, imds, or
        a role's ARN)."""
        self.core.credentials.revoke(source)

    def do_expire(self, source):
        """All keys of this source have ended, whatever was said."""
        self.core.credentials.expire(source, self.core.clock() - 1)

    def do_container(self, **settings):
        """Settings of the container credentials; see creds.py."""
        self.core.container.set(settings)
        return self.core.container.settings

    def do_imds(self, **settings):
        """Settings of the instance metadata; see creds.py."""
        self.core.imds.set(settings)
        return self.core.imds.settings

    def do_imds_expire_tokens(self):
        """Tokens handed out so far get a 401."""
        self.core.imds.expire_tokens()

    # what was seen

    def do_log(self, since=0, action=None):
        """Requests, oldest first; since: those after this number."""
        return {"log": self.core.log.entries(since, action)}

    def do_counts(self):
        """Sums: per action, refusals, concurrency, connections."""
        return self.core.log.counts()

    def do_forget(self):
        """Empties the log and sets the sums to 0."""
        self.core.log.clear()

    def do_close_idle(self):
        """Closes kept connections that wait for a request, as AWS does."""
        return {"closed": self.core.close_idle()}

    def do_ports(self):
        """Port numbers by name."""
        return self.core.ports
