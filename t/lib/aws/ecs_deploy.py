#!/usr/bin/python3
"""ecs_deploy.py --dir DIR ENVIRONMENT SERVICE: deploys with Ansible into the
moto of DIR (moto_server.py), with a new key that ansible-vault encrypted.

The public half is DIR/ENVIRONMENT-SERVICE.pem.  Vault, password and all that
Ansible writes live in a folder that is gone afterwards.
"""

import argparse
import os
import secrets
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
from moto_server import Folder

HERE = os.path.dirname(os.path.abspath(__file__))


def environment(work, seed):
    """Nothing of the machine's settings, and no traces outside work."""
    kept = {name: value for name, value in os.environ.items()
            if name in ("PATH", "LANG", "LC_ALL")}
    access_key, secret_key = seed["keys"]["admin"]
    return {"LANG": "C.UTF-8", **kept, "HOME": work, "TMPDIR": work,
            "ANSIBLE_HOME": work, "ANSIBLE_LOCAL_TEMP": work,
            "ANSIBLE_REMOTE_TEMP": work, "ANSIBLE_CONFIG": "",
            "ANSIBLE_NOCOLOR": "1", "ANSIBLE_LOCALHOST_WARNING": "False",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "False",
            "PYTHONDONTWRITEBYTECODE": "1", "NO_PROXY": "*",
            "AWS_ACCESS_KEY_ID": access_key,
            "AWS_SECRET_ACCESS_KEY": secret_key,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true"}


def write(path, text):
    """A file for our eyes only."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w",
              encoding="utf-8") as file:
        file.write(text)
    return path


def main():
    """Key, vault, playbook."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--dir", required=True)
    parser.add_argument("--redeploy", action="store_true")
    parser.add_argument("environment")
    parser.add_argument("service")
    options = parser.parse_args()
    folder = Folder(options.dir)
    seed = folder.seed()
    name = "%s-%s" % (options.environment, options.service)
    with tempfile.TemporaryDirectory() as work:
        env = environment(work, seed)
        password = write(work + "/password", secrets.token_hex(16))
        vault = write(work + "/vault.yml",
                      "private_key: %s\n" % folder.key(name))
        subprocess.run(["ansible-vault", "encrypt", "--vault-password-file",
                        password, vault], env=env, check=True, timeout=60,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        done = subprocess.run(
            ["ansible-playbook", "-i", "localhost,",
             "--vault-password-file", password, "-e", "@" + vault,
             "-e", "environment_name=" + options.environment,
             "-e", "service_name=" + options.service,
             "-e", "endpoint=" + seed["endpoint"],
             "-e", "redeploy=%s" % options.redeploy,
             "-e", "ansible_python_interpreter=/usr/bin/python3",
             os.path.join(HERE, "ecs.yml")],
            env=env, check=False, timeout=180, stdin=subprocess.DEVNULL)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
