"""One folder a service: a consumer group and the owner of its topics. Services meet in topics and nowhere else."""

from importlib import import_module

from cauce.runtime.service import Service

NAMES = ("intake", "allocation", "fulfillment", "returns", "payments", "notify", "insight")


def load(name: str) -> Service:
    """The declaration of a service. Raises KeyError for a name that is not one."""
    if name not in NAMES:
        raise KeyError(name)
    service: Service = import_module(f"services.{name}.worker").SERVICE
    return service
