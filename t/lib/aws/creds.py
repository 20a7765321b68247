"""creds.py: access keys, and the endpoints that hand out temporary ones.

Containers: the ECS agent and EKS pod identity (one protocol, with a token in
Authorization).  Instances: IMDSv2 only; the token must have been made by PUT
and must not be old.
"""

import base64
import os
import secrets
import time
from dataclasses import dataclass, field

from verify import by_name

ISO = "%Y-%m-%dT%H:%M:%SZ"
IMDS = "/latest/meta-data/"
ROLES = IMDS + "iam/security-credentials/"


def iso(seconds):
    """A time as the credential endpoints write it."""
    return time.strftime(ISO, time.gmtime(seconds))


@dataclass
class Credential:
    """An access key; temporary ones have a token and end."""
    access_key: str
    secret_key: str
    token: str = None
    expires: float = None
    source: str = "user"
    deny: list = field(default_factory=list)    # actions, such as "ecs.*"


class Credentials:
    """All access keys that services accept."""

    def __init__(self, tell):
        self._tell = tell           # is told every secret that was made
        self._all = {}

    def add(self, credential):
        """Accepts it from now on."""
        self._all[credential.access_key] = credential
        for part in (credential.secret_key, credential.token):
            if part:
                self._tell(part)
        return credential

    def find(self, access_key):
        """For verify(): None when there is no such key."""
        return self._all.get(access_key)

    def revoke(self, source):
        """Forgets all that came from this source."""
        self._all = {name: item for name, item in self._all.items()
                     if item.source != source}

    def expire(self, source, at):
        """Those of this source end now, whatever was said."""
        for item in self._all.values():
            if item.source == source:
                item.expires = at

    def issue(self, source, expires):
        """A temporary credential; + / = in its token as real ones have."""
        return self.add(Credential(
            "ASIA" + secrets.token_hex(8).upper(),
            base64.b64encode(os.urandom(30)).decode(),
            "IQoJ+/" + base64.b64encode(os.urandom(100)).decode(),
            expires, source))


class Endpoint:
    """What both have in common: settings that a test may change."""

    defaults = {}

    def __init__(self, credentials, clock):
        self.credentials = credentials
        self.clock = clock
        self.settings = dict(self.defaults)

    def set(self, values):
        """Changes settings; an unknown name is a test's mistake."""
        for name in values:
            if name not in self.defaults:
                raise ValueError("no setting %s" % name)
        self.settings.update(values)

    def _issue(self):
        """A credential of the length that is set, or with the set text."""
        item = self.credentials.issue(
            self.source, self.clock() + self.settings["expires_in"])
        until = self.settings["expiration"]
        return item, iso(item.expires) if until is None else until


class Container(Endpoint):
    """GET of the credentials URI; answers (status, value)."""

    source = "container"
    paths = ("/v1/credentials", "/v2/credentials/")
    defaults = {
        "tokens": ["container-token"],  # accepted in Authorization; []: any
        "expires_in": 21600,
        "expiration": None,             # another text for Expiration
        "role": "arn:aws:iam::123456789012:role/task",
        "empty": False,                 # the task has no role
    }

    def answer(self, method, path, headers):
        """As the ECS agent says it."""
        if method != "GET":
            return 405, error("MethodNotAllowed", method)
        if path.startswith("/v2/") and len(path) <= len("/v2/credentials/"):
            return 400, error("NoIdInRequest", "no credential ID")
        tokens = self.settings["tokens"]
        given = by_name(headers).get("authorization", [])
        if tokens and (len(given) != 1 or given[0] not in tokens):
            return 401, error("AccessDenied", "the token was not accepted")
        if self.settings["empty"]:
            return 400, error("NoCredentialsAssociated", "no credentials")
        item, until = self._issue()
        value = {"AccessKeyId": item.access_key,
                 "SecretAccessKey": item.secret_key, "Token": item.token,
                 "Expiration": until, "RoleArn": self.settings["role"]}
        if until == "":
            del value["Expiration"]
        return 200, value


def error(code, message):
    """An error of the container endpoints."""
    return {"code": code, "message": message, "HTTPErrorCode": "400"}


class Instance(Endpoint):
    """IMDSv2; answers (status, text or value, headers)."""

    source = "imds"
    defaults = {
        "role": "instance-role",        # null: none attached
        "region": "us-east-1",
        "max_ttl": 21600,               # tokens end no later than this
        "expires_in": 21600,
        "expiration": None,
        "code": "Success",              # anything else: an error in a 200
        "v1": False,                    # IMDSv1 is never on by itself
    }

    def __init__(self, credentials, clock):
        super().__init__(credentials, clock)
        self._tokens = {}

    def expire_tokens(self):
        """All tokens handed out so far are old from now on."""
        self._tokens.clear()

    def answer(self, method, path, headers):
        """401 for a missing or old token, whatever is asked for."""
        headers = by_name(headers)
        if path == "/latest/api/token":
            return self._token(method, headers)
        if method != "GET":
            return 405, "", {}
        if not self.settings["v1"] and not self._known(headers):
            return 401, "Unauthorized", {}
        return self._data(path)

    def _token(self, method, headers):
        if method != "PUT":
            return 405, "", {"Allow": "OPTIONS, PUT"}
        if "x-forwarded-for" in headers:
            return 403, "Forbidden", {}
        name = "x-aws-ec2-metadata-token-ttl-seconds"
        ttl = headers.get(name, ["?"])[0]
        if not ttl.isdigit() or not 1 <= int(ttl) <= 21600:
            return 400, "Bad Request", {}
        ttl = min(int(ttl), self.settings["max_ttl"])
        token = base64.urlsafe_b64encode(os.urandom(40)).decode()
        self._tokens[token] = self.clock() + ttl
        return 200, token, {name: str(ttl)}

    def _known(self, headers):
        given = headers.get("x-aws-ec2-metadata-token", [])
        return (len(given) == 1
                and self._tokens.get(given[0], 0) > self.clock())

    def _data(self, path):
        role = self.settings["role"]
        if path == IMDS + "placement/region":
            return 200, self.settings["region"], {}
        if path == ROLES and role is not None:
            return 200, role, {}
        if path == ROLES + str(role) and role is not None:
            return 200, self._role(), {}
        return 404, "Not Found", {}

    def _role(self):
        if self.settings["code"] != "Success":
            return {"Code": self.settings["code"],
                    "Message": "the role cannot be used"}
        item, until = self._issue()
        value = {"Code": "Success", "Type": "AWS-HMAC",
                 "LastUpdated": iso(self.clock()),
                 "AccessKeyId": item.access_key,
                 "SecretAccessKey": item.secret_key, "Token": item.token,
                 "Expiration": until}
        if until == "":
            del value["Expiration"]
        return value
