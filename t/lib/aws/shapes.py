"""shapes.py: what a request and an answer may look like, by botocore's models.

Requests are refused and answers never sent when the model does not know them:
neither the module nor the fault server can invent a field or an error.
models/ adds BatchGetSecretValue, which Debian 12's botocore does not have yet.
"""

import json
import os
import threading
from urllib.parse import parse_qs

from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

from verify import Refused

MODELS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "models")
SERVICES = ("secretsmanager", "ecs", "ssm", "sts")

# real and not modelled: what every service may answer
COMMON = {
    "AccessDeniedException": 400, "ExpiredTokenException": 400,
    "IncompleteSignatureException": 400, "InvalidSignatureException": 400,
    "MissingAuthenticationTokenException": 400, "RequestExpired": 400,
    "RequestTimeTooSkewed": 403, "SerializationException": 400,
    "ThrottlingException": 400, "TooManyRequestsException": 429,
    "UnknownOperationException": 400, "UnrecognizedClientException": 400,
    "ValidationException": 400, "InternalFailure": 500,
    "ServiceUnavailable": 503,
}
# botocore's older models do not say which of theirs are the server's fault
SERVER_ERRORS = {"InternalServiceError", "InternalServerError",
                 "ServerException"}
# the query protocol has names and statuses of its own
QUERY = {
    "AccessDeniedException": ("AccessDenied", 403),
    "ExpiredTokenException": ("ExpiredToken", 403),
    "IncompleteSignatureException": ("IncompleteSignature", 400),
    "InvalidSignatureException": ("SignatureDoesNotMatch", 403),
    "MissingAuthenticationTokenException": ("MissingAuthenticationToken", 403),
    "ThrottlingException": ("Throttling", 400),
    "UnknownOperationException": ("InvalidAction", 400),
    "UnrecognizedClientException": ("InvalidClientTokenId", 403),
    "ValidationException": ("ValidationError", 400),
}


class Shapes:
    """The models of the services that we play; loaded when first needed."""

    def __init__(self):
        self._loader = Loader(extra_search_paths=[MODELS])
        self._models = {}
        self._lock = threading.Lock()

    def model(self, service):
        """botocore's description of a service."""
        with self._lock:
            if service not in self._models:
                self._models[service] = ServiceModel(
                    self._loader.load_service_model(service, "service-2"),
                    service)
            return self._models[service]

    def operation(self, service, name):
        """The operation, or the refusal that AWS has for an unknown one."""
        if name not in self.model(service).operation_names:
            raise Refused("UnknownOperationException", name)
        return self.model(service).operation_model(name)

    def read(self, headers, body):
        """(service, operation, parameters) of a request, checked."""
        target = headers.get("x-amz-target")
        if target:
            return self._read_json(target, headers, body)
        return self._read_query(headers, body)

    def _read_json(self, targets, headers, body):
        if headers.get("content-type") != ["application/x-amz-json-1.1"]:
            raise Refused("SerializationException", "Content-Type")
        prefix, _, name = targets[0].partition(".")
        for service in SERVICES:
            metadata = self.model(service).metadata
            if metadata.get("targetPrefix") == prefix and len(targets) == 1:
                break
        else:
            raise Refused("UnknownOperationException", str(targets))
        try:
            parameters = json.loads(body)
        except ValueError as error:
            raise Refused("SerializationException", str(error)) from None
        self.check(self.operation(service, name).input_shape, parameters)
        return service, name, parameters

    def _read_query(self, headers, body):
        kind = headers.get("content-type", [""])
        if len(kind) != 1 or not kind[0].startswith(
                "application/x-www-form-urlencoded"):
            raise Refused("UnknownOperationException", "Content-Type")
        try:
            form = parse_qs(body.decode("ascii"), strict_parsing=True,
                            keep_blank_values=True)
        except ValueError as error:
            raise Refused("SerializationException", str(error)) from None
        if any(len(values) != 1 for values in form.values()):
            raise Refused("ValidationException", "a parameter came twice")
        parameters = {name: values[0] for name, values in form.items()}
        if parameters.pop("Version", None) != "2011-06-15":
            raise Refused("ValidationException", "Version")
        name = parameters.pop("Action", "")
        shape = self.operation("sts", name).input_shape
        self.check(shape, self._typed(shape, parameters))
        return "sts", name, parameters

    @staticmethod
    def _typed(shape, parameters):
        """Forms carry only text: numbers as the model wants them."""
        typed = dict(parameters)
        for name, member in (shape.members if shape else {}).items():
            if member.type_name == "integer" and name in typed:
                if not typed[name].isdigit():
                    raise Refused("ValidationException", name)
                typed[name] = int(typed[name])
        return typed

    @staticmethod
    def check(shape, value):
        """Refuses missing, unknown, wrongly typed and too long parameters."""
        if shape is None:
            return
        if not isinstance(value, dict):
            raise Refused("SerializationException", "not a structure")
        report = ParamValidator().validate(value, shape)
        if report.has_errors():
            raise Refused("ValidationException", report.generate_report())

    def check_answer(self, service, name, value):
        """The same for what we send: a mistake here is ours."""
        self.check(self.operation(service, name).output_shape, value)

    def error(self, service, code):
        """(code, status) of an error, as this service has it."""
        if code in SERVER_ERRORS and self._has_error(service, code):
            return code, 500
        for shape in self.model(service).error_shapes:
            error = shape.metadata.get("error", {})
            if code in (shape.name, error.get("code")):
                return error.get("code", code), error.get("httpStatusCode", 400)
        if service == "sts":
            for own, (name, status) in QUERY.items():
                if code in (own, name):
                    return name, status
        if code in COMMON:
            return code, COMMON[code]
        raise ValueError("%s has no error %s" % (service, code))

    def _has_error(self, service, code):
        return any(shape.name == code
                   for shape in self.model(service).error_shapes)
