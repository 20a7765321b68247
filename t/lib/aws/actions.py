"""actions.py: what each operation answers, from the store.

Each takes (call, parameters) and returns the answer's value, or raises Refused
with an error that the service's model or the list in shapes.py knows.
"""

import re
import secrets

from creds import iso
from store import ACCOUNT, CURRENT
from verify import Refused

CANNOT = "Secrets Manager can't find the specified secret"


class Actions:
    """The operations, found by service and name."""

    def __init__(self, store, credentials, clock):
        self.store = store
        self.credentials = credentials
        self.clock = clock

    def run(self, service, name, call, parameters):
        """The answer's value; call has region, credential and version."""
        method = getattr(self, "%s_%s" % (service, name), None)
        if method is None:
            raise Refused("UnknownOperationException", name)
        return method(call, parameters)

    @staticmethod
    def key(service, name, parameters):
        """What a request is about, for the log and for the faults."""
        if service == "ecs":
            return ",".join(parameters.get("services", [])) or \
                parameters.get("taskDefinition", "")
        if "SecretIdList" in parameters:
            return ",".join(parameters["SecretIdList"])
        for field in ("SecretId", "Name", "RoleArn"):
            if field in parameters:
                return parameters[field]
        return ""

    # Secrets Manager

    def _secret(self, call, name):
        secret = self.store.find_secret(call.region, name)
        if secret is None:
            raise Refused("ResourceNotFoundException", CANNOT + ".")
        return secret

    def secretsmanager_GetSecretValue(self, call, parameters):
        """One version, chosen by id, by label, or AWSCURRENT."""
        secret = self._secret(call, parameters["SecretId"])
        if secret.deleted:
            raise Refused("InvalidRequestException", "You can't perform this "
                          "operation on the secret because it was marked for "
                          "deletion.")
        stage = parameters.get("VersionStage")
        version = parameters.get("VersionId")
        if version is None:
            version = secret.stages.get(stage or CURRENT)
        elif stage and secret.stages.get(stage) != version:
            raise Refused("InvalidRequestException", "You provided a "
                          "VersionStage that is not associated to the provided "
                          "VersionId.")
        version = call.version or version
        if secret.versions.get(version) is None:
            what = "VersionId: %s" % version if parameters.get("VersionId") \
                else "staging label: %s" % (stage or CURRENT)
            raise Refused("ResourceNotFoundException",
                          "%s value for %s" % (CANNOT, what))
        return self._value(secret, version)

    @staticmethod
    def _value(secret, version):
        labels = secret.labels(version)
        value = {"ARN": secret.arn, "Name": secret.name, "VersionId": version,
                 "CreatedDate": round(secret.created, 3),
                 **secret.versions[version]}
        if labels:
            value["VersionStages"] = labels
        return value

    def secretsmanager_BatchGetSecretValue(self, call, parameters):
        """AWSCURRENT of each; what cannot be had is listed in Errors."""
        if "SecretIdList" not in parameters:
            raise Refused("InvalidParameterException",
                          "You must include either SecretIdList or Filters")
        values, errors = [], []
        for name in parameters["SecretIdList"]:
            try:
                value = self.secretsmanager_GetSecretValue(
                    call, {"SecretId": name})
                values.append(value)
            except Refused as refused:
                errors.append({"SecretId": name, "ErrorCode": refused.code,
                               "Message": refused.message})
        return {"SecretValues": values, "Errors": errors}

    def secretsmanager_DescribeSecret(self, call, parameters):
        """Which version has which label."""
        secret = self._secret(call, parameters["SecretId"])
        value = {"ARN": secret.arn, "Name": secret.name,
                 "CreatedDate": round(secret.created, 3)}
        labels = {version: secret.labels(version)
                  for version in secret.stages.values()}
        if labels:
            value["VersionIdsToStages"] = labels
        if secret.deleted:
            value["DeletedDate"] = round(self.clock(), 3)
        return value

    def secretsmanager_ListSecretVersionIds(self, call, parameters):
        """The same as a list, in one page."""
        secret = self._secret(call, parameters["SecretId"])
        versions = []
        for version in secret.versions:
            item = {"VersionId": version, "CreatedDate": secret.created}
            if secret.labels(version):
                item["VersionStages"] = secret.labels(version)
            if "VersionStages" in item or parameters.get("IncludeDeprecated"):
                versions.append(item)
        return {"ARN": secret.arn, "Name": secret.name, "Versions": versions}

    # ECS

    def ecs_DescribeServices(self, _call, parameters):
        """200 also for what is missing; the cluster must exist."""
        cluster = parameters.get("cluster", "default").rsplit("/", 1)[-1]
        if not any(where == cluster for where, _ in self.store.services):
            raise Refused("ClusterNotFoundException", "Cluster not found.")
        if len(parameters["services"]) > 10:
            raise Refused("InvalidParameterException",
                          "Services cannot be more than 10.")
        found, missing = [], []
        for given in parameters["services"]:
            name = given.rsplit("/", 1)[-1]
            if (cluster, name) in self.store.services:
                found.append(self._service(cluster, name))
            else:
                missing.append({"arn": self.store.ecs_arn("service", name),
                                "reason": "MISSING"})
        return {"services": found, "failures": missing}

    def _service(self, cluster, name):
        task = self.store.services[cluster, name]
        return {"serviceName": name,
                "serviceArn": self.store.ecs_arn(
                    "service", "%s/%s" % (cluster, name)),
                "clusterArn": self.store.ecs_arn("cluster", cluster),
                "status": self.store.states[cluster, name],
                "desiredCount": 1, "runningCount": 1, "pendingCount": 0,
                "launchType": "FARGATE", "taskDefinition": task,
                "deployments": [{"status": "PRIMARY", "taskDefinition": task}],
                "events": []}

    def ecs_DescribeTaskDefinition(self, _call, parameters):
        """By ARN, family:revision, or a family's newest."""
        given = parameters["taskDefinition"]
        for arn in sorted(self.store.tasks, key=lambda arn:
                          int(arn.rsplit(":", 1)[1]), reverse=True):
            short = arn.rsplit("/", 1)[1]
            if given in (arn, short, short.rsplit(":", 1)[0]):
                family, revision = short.rsplit(":", 1)
                return {"taskDefinition": {
                    "taskDefinitionArn": arn, "family": family,
                    "revision": int(revision), "status": "ACTIVE",
                    "containerDefinitions": self.store.tasks[arn]}}
        raise Refused("ClientException", "Unable to describe task definition.")

    # SSM

    def ssm_GetParameter(self, call, parameters):
        """By name or ARN; encrypted text unless decryption is asked for."""
        name = parameters["Name"]
        match = re.fullmatch(r"arn:[^:]+:ssm:([^:]+):\d+:parameter(/.+)", name)
        region = match.group(1) if match else call.region
        names = (match.group(2), match.group(2)[1:]) if match else (name,)
        for own in names:
            item = self.store.parameters.get((region, own))
            if item and region == call.region:
                break
        else:
            raise Refused("ParameterNotFound")
        value = item["value"]
        if item["type"] == "SecureString" and \
                not parameters.get("WithDecryption"):
            value = "AQICAHj" + "0" * 20
        return {"Parameter": {
            "Name": own, "Type": item["type"], "Value": value,
            "Version": item["version"], "DataType": "text",
            "LastModifiedDate": round(item["at"], 3),
            "ARN": "arn:aws:ssm:%s:%s:parameter/%s" % (
                region, ACCOUNT, own.lstrip("/"))}}

    # STS

    def _assume(self, role, parameters):
        length = int(parameters.get("DurationSeconds", role["expires_in"]))
        arn = parameters["RoleArn"]
        session = parameters["RoleSessionName"]
        item = self.credentials.issue(arn, self.clock() + length)
        return {
            "Credentials": {"AccessKeyId": item.access_key,
                            "SecretAccessKey": item.secret_key,
                            "SessionToken": item.token,
                            "Expiration": iso(item.expires)},
            "AssumedRoleUser": {
                "AssumedRoleId": "AROA%s:%s" % (
                    secrets.token_hex(8).upper(), session),
                "Arn": "arn:aws:sts::%s:assumed-role/%s/%s" % (
                    ACCOUNT, arn.rsplit("/", 1)[-1], session)}}

    def sts_AssumeRole(self, call, parameters):
        """A signed call; the external id must be the role's."""
        role = self.store.roles.get(parameters["RoleArn"])
        if role is None or \
                role["external_id"] != parameters.get("ExternalId"):
            raise Refused(
                "AccessDeniedException", "User: %s is not authorized to "
                "perform: sts:AssumeRole on resource: %s" % (
                    call.credential.access_key, parameters["RoleArn"]))
        return self._assume(role, parameters)

    def sts_AssumeRoleWithWebIdentity(self, _call, parameters):
        """An unsigned call; the token must be one of the role's."""
        role = self.store.roles.get(parameters["RoleArn"])
        if role is None:
            raise Refused("AccessDeniedException", "Not authorized to perform "
                          "sts:AssumeRoleWithWebIdentity")
        if parameters["WebIdentityToken"] not in role["tokens"]:
            raise Refused("InvalidIdentityToken",
                          "The ID Token provided is not a valid JWT.")
        value = self._assume(role, parameters)
        value["SubjectFromWebIdentityToken"] = "system:serviceaccount:a:b"
        return value

    def sts_GetCallerIdentity(self, call, _parameters):
        """Who signed."""
        return {"UserId": call.credential.access_key, "Account": ACCOUNT,
                "Arn": "arn:aws:iam::%s:user/test" % ACCOUNT}
