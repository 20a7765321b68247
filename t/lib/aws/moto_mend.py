"""moto_mend.py: where moto 5 answers as AWS never does, and tests would
show a fault that the module does not have (or hide one that it has).
"""


def mend():
    """Before the server starts."""
    # pylint: disable=import-outside-toplevel
    from moto.ecs.models import Service
    from moto.secretsmanager.models import SecretsManagerBackend
    mend_current(SecretsManagerBackend)
    mend_controller(Service)


def mend_current(backend):
    """When AWSCURRENT moves, GetSecretValue without a label must follow."""
    original = backend.update_secret_version_stage

    def update(self, secret_id, version_stage, remove_from_version_id,
               move_to_version_id):
        answer = original(self, secret_id, version_stage,
                          remove_from_version_id, move_to_version_id)
        if version_stage == "AWSCURRENT" and move_to_version_id:
            self.secrets[secret_id].set_default_version_id(move_to_version_id)
        return answer

    backend.update_secret_version_stage = update


def mend_controller(service):
    """A service tells its deploymentController: Ansible's module reads it."""
    if not hasattr(service, "response_object"):
        return      # 5.2 tells it
    original = service.response_object.fget

    def response_object(self):
        value = original(self)
        value.setdefault("deploymentController", {"type": "ECS"})
        return value

    service.response_object = property(response_object)
