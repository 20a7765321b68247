"""store.py: what our AWS has: secrets, ECS services, parameters, roles.

Version stages move as Secrets Manager moves them.
"""

import secrets
import uuid

ACCOUNT = "123456789012"
CURRENT, PREVIOUS = "AWSCURRENT", "AWSPREVIOUS"


class Secret:
    """A name, versions (id -> value) and stages (label -> version id)."""

    def __init__(self, name, region, created):
        self.name = name
        self.region = region
        self.created = created
        self.arn = "arn:aws:secretsmanager:%s:%s:secret:%s-%s" % (
            region, ACCOUNT, name, secrets.token_hex(3))
        self.versions = {}
        self.stages = {}
        self.deleted = False

    def put(self, value, stages, version=None):
        """A new version; value None: its id exists, its value does not yet."""
        version = version or str(uuid.uuid4())
        if not 32 <= len(version) <= 64:
            raise ValueError("a version id has 32 to 64 characters")
        self.versions[version] = value
        for stage in stages:
            self.move(stage, version)
        return version

    def move(self, stage, version):
        """The label moves; AWSPREVIOUS follows AWSCURRENT by itself."""
        if version is None:
            self.stages.pop(stage, None)
            return
        if version not in self.versions:
            raise ValueError("no version " + version)
        left = self.stages.get(stage)
        self.stages[stage] = version
        if stage == CURRENT and left not in (None, version):
            self.stages[PREVIOUS] = left

    def labels(self, version):
        """The labels of a version, sorted."""
        return sorted(stage for stage, at in self.stages.items()
                      if at == version)


class Store:
    """Everything a test seeds, by name and region."""

    def __init__(self, region):
        self.region = region
        self.secrets = {}           # (region, name)
        self.services = {}          # (cluster, name) -> task definition ARN
        self.states = {}            # (cluster, name) -> status
        self.tasks = {}             # ARN -> containerDefinitions
        self.parameters = {}        # (region, name)
        self.roles = {}             # ARN -> {external_id, tokens, expires_in}

    def put_secret(self, name, value, stages, region, created, version=None):
        """Makes the secret or adds a version to it."""
        key = (region or self.region, name)
        if key not in self.secrets:
            self.secrets[key] = Secret(name, key[0], created)
        secret = self.secrets[key]
        return secret, secret.put(value, stages, version)

    def find_secret(self, region, name):
        """By name or whole ARN; None when this region has none."""
        for (where, own), secret in self.secrets.items():
            if where == region and name in (own, secret.arn):
                return secret
        return None

    def secret(self, name, region=None):
        """For the control API."""
        secret = self.find_secret(region or self.region, name)
        if secret is None:
            raise ValueError("no secret " + name)
        return secret

    def put_service(self, cluster, name, containers, status="ACTIVE"):
        """Registers a new revision and points the service at it."""
        family = name
        number = 1 + sum(arn.rsplit(":", 1)[0].endswith("/" + family)
                         for arn in self.tasks)
        arn = "arn:aws:ecs:%s:%s:task-definition/%s:%d" % (
            self.region, ACCOUNT, family, number)
        self.tasks[arn] = containers
        self.services[cluster, name] = arn
        self.states[cluster, name] = status
        return arn

    def ecs_arn(self, kind, name):
        """The ARN of a cluster or service."""
        return "arn:aws:ecs:%s:%s:%s/%s" % (self.region, ACCOUNT, kind, name)
