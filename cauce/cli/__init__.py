"""The console command `cauce`: one file per command, loaded only when it is called."""

import importlib
import sys

import click
from pydantic import ValidationError

from cauce.cli.plain import harmless
from cauce.runtime import tether
from cauce.runtime.faults import Unavailable

# Name of the command -> its module here, which exposes a click command named `command`. In alphabetical order.
COMMANDS = {
    "at": "at",
    "audit": "audit",
    "bisect": "bisect",
    "broker": "broker",
    "clock": "clock",
    "demo": "demo",
    "explain": "explain",
    "order": "order",
    "parked": "parked",
    "policy": "policy",
    "promises": "promises",
    "quote": "quote",
    "reference": "reference",
    "replay": "replay",
    "run": "run",
    "sandbox": "sandbox",
    "schemas": "schemas",
    "shipment": "shipment",
    "site": "site",
    "stock": "stock",
    "teams": "teams",
    "topics": "topics",
    "up": "up",
    "wave": "wave",
    "world": "world",
}


class Impossible(click.ClickException):
    """The command could not do its work; the message says what the operator can mend."""

    exit_code = 2


class Commands(click.Group):
    """A group that imports a command when it is needed, and prints what the operator can mend without a trace."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, as the help shows them."""
        return [*super().list_commands(ctx), *COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, its module imported now."""
        module = COMMANDS.get(cmd_name)
        if not module:
            return super().get_command(ctx, cmd_name)
        command: click.Command = importlib.import_module(f"{__name__}.{module}").command
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; a fault of the world becomes one message and exit code 2: a verdict is 1."""
        try:
            return super().invoke(ctx)
        except click.ClickException as fault:
            fault.message = harmless(fault.message, keep="\n")
            raise
        except Unavailable as fault:
            raise Impossible(harmless(str(fault), keep="\n")) from None
        except ValidationError as wrong:
            if wrong.title != "Settings":
                raise
            raise Impossible(_wrong_settings(wrong)) from None
        except Exception as fault:
            if not _lost_the_broker(fault):
                raise
            raise Impossible(
                f"the broker went away ({type(fault).__name__}): see `cauce broker status`, then run this again"
            ) from None


def _lost_the_broker(fault: Exception) -> bool:
    """Whether Kafka's client says that trying again may help; a command that never met it has not loaded it."""
    kafka = sys.modules.get("aiokafka.errors")
    return kafka is not None and isinstance(fault, kafka.KafkaError) and bool(fault.retriable)


def _wrong_settings(wrong: ValidationError) -> str:
    lines = [f"  CAUCE_{str(error['loc'][0]).upper()}: {error['msg']}" for error in wrong.errors() if error["loc"]]
    return "\n".join(["The environment holds settings that cannot be used:", *lines])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="cauce", message="%(package)s %(version)s")
def main() -> None:
    """Cauce: an order management system as a stream of decisions."""
    tether.hold()
