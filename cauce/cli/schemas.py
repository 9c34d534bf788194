"""`cauce schemas build | check`: what is generated from the messages, for those who talk to us."""

import sys
from pathlib import Path

import click

from cauce.cli import order_states
from cauce.cli.plain import say
from cauce.contracts import generated
from cauce.runtime.settings import CHECKOUT

ROOT = click.option(
    "--root", type=click.Path(path_type=Path, exists=True, file_okay=False), default=CHECKOUT, help="The checkout."
)


@click.group()
def command() -> None:
    """Generate or check what others rely on.

    JSON Schemas, the AsyncAPI document, docs/messages.md and docs/order-states.md.
    """


@command.command()
@ROOT
@click.option(
    "--accept",
    "accepted",
    multiple=True,
    metavar="TYPE",
    help="A message that nobody has written or read yet, so that it may change in any way. Repeatable.",
)
def build(root: Path, accepted: tuple[str, ...]) -> None:
    """Write the generated files. Refuses a change that would hurt those who rely on a message."""
    hurts = {name: found for name, found in generated.broken(root).items() if name not in accepted}
    if hurts:
        _tell(hurts)
        sys.exit(1)
    for path in generated.write(root):
        say(path)
    if order_states.write(root):
        say(order_states.PAGE)


@command.command()
@ROOT
def check(root: Path) -> None:
    """Exit code 1 when a generated file is not current, or a change would hurt those who rely on a message."""
    hurts, stale = generated.broken(root), [*generated.stale(root), *order_states.stale(root)]
    _tell(hurts)
    for path in stale:
        say(f"{path} is not what the messages say: run `cauce schemas build`")
    sys.exit(1 if hurts or stale else 0)


def _tell(hurts: dict[str, list[str]]) -> None:
    for name, found in hurts.items():
        for hurt in found:
            say(f"{name}: {hurt}")
    if hurts:
        say(
            "Give the message its next version and an upcast in schemas/upcasts.py, or, where no such record exists "
            "anywhere, name it: `cauce schemas build --accept TYPE`."
        )
