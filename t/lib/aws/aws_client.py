"""aws_client.py: control commands and botocore clients for tests in Python."""

import json
import os
import urllib.error
import urllib.request

from botocore.config import Config
from botocore.session import Session

from shapes import MODELS

LOCAL = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def command(port, name, /, **arguments):
    """POST /_control/NAME; returns the answer, raises on a refusal."""
    request = urllib.request.Request(
        "http://127.0.0.1:%d/_control/%s" % (port, name),
        json.dumps(arguments).encode())
    try:
        with LOCAL.open(request, timeout=10) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            raise ValueError(json.load(error)["error"]) from None


class Clients:
    """Real botocore clients; nothing of the machine's settings counts."""

    def __init__(self, endpoint, key=None, secret=None, token=None,
                 verify=None):
        for name in list(os.environ):
            if name.startswith("AWS_") or name.lower().endswith("_proxy"):
                del os.environ[name]
        os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
        os.environ["AWS_CONFIG_FILE"] = os.devnull
        os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
        os.environ["AWS_DATA_PATH"] = MODELS
        self.endpoint = endpoint
        self.keys = (key, secret, token)
        self.verify = verify
        self.session = Session()

    def client(self, service, region="us-east-1", attempts=1, timeout=2,
               check=True):
        """One that tries so often and waits so long."""
        key, secret, token = self.keys
        return self.session.create_client(
            service, region_name=region, endpoint_url=self.endpoint,
            aws_access_key_id=key, aws_secret_access_key=secret,
            aws_session_token=token, verify=self.verify,
            config=Config(retries={"total_max_attempts": attempts,
                                   "mode": "standard"},
                          connect_timeout=timeout, read_timeout=timeout,
                          parameter_validation=check))
