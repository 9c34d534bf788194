"""`cauce shipment short | damaged | reject`: what a site cannot send, so that others are asked for it."""

import click

from cauce.cli.forms import NAME, hand_in, named
from schemas.failures import Failing
from schemas.raw import FailedLine, RawTopic, ShipmentFailure

SHIPMENT = click.argument("shipment")
SITE = click.option("--site", required=True, help="The site that works on it.")
OPERATOR = click.option("--operator", default="console", show_default=True, help="Who says so.")
LINES = click.argument("units", nargs=-1, metavar="[LINE=UNITS]...")


@click.group()
def command() -> None:
    """Say what a site cannot send of a shipment.

    The units are decided on anew: another site sends them, or they wait. `cauce explain` shows both decisions.
    """


@command.command()
@SHIPMENT
@LINES
@SITE
@OPERATOR
@NAME
def short(shipment: str, units: tuple[str, ...], site: str, operator: str, name: str) -> None:
    """UNITS of lines of SHIPMENT, or all of it, are not on their shelf: nothing of the sku is free at SITE any more."""
    _say(Failing.SHORT, shipment, units, site=site, operator=operator, name=name)


@command.command()
@SHIPMENT
@LINES
@SITE
@OPERATOR
@NAME
def damaged(shipment: str, units: tuple[str, ...], site: str, operator: str, name: str) -> None:
    """UNITS of lines of SHIPMENT, or all of it, are broken: into quarantine at SITE."""
    _say(Failing.DAMAGED, shipment, units, site=site, operator=operator, name=name)


@command.command()
@SHIPMENT
@SITE
@OPERATOR
@NAME
def reject(shipment: str, site: str, operator: str, name: str) -> None:
    """SITE does not send SHIPMENT; its units are free again."""
    _say(Failing.REJECTED, shipment, (), site=site, operator=operator, name=name)


def _say(failing: Failing, shipment: str, units: tuple[str, ...], *, site: str, operator: str, name: str) -> None:
    form = ShipmentFailure(
        failure=named(name, str(failing)),
        failing=failing,
        shipment=shipment,
        site=site,
        operator=operator,
        lines=tuple(_line(one) for one in units),
    )
    order = shipment.rpartition("-")[0]
    done = f"{failing} {form.failure} is handed in; see: cauce order show {order}, cauce explain {order}"
    hand_in(form, RawTopic.SHIPMENT_FAILURES, form.shipment, done)


def _line(said: str) -> FailedLine:
    line, _, units = said.partition("=")
    if not (line.isdecimal() and units.isdecimal() and int(line) and int(units)):
        raise click.BadParameter(f"{said}: expected LINE=UNITS, such as 1=2")
    return FailedLine(line=int(line), quantity=int(units))
