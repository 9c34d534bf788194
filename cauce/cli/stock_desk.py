"""`cauce stock adjust | damage | quarantine | release | write-off`: units that are found, lost, broken or mended."""

from datetime import datetime

import click

from cauce.cli.forms import NAME, named
from cauce.cli.stock_receive import EXPIRES, LOT, day
from cauce.cli.stock_requests import REASON, SITE, hand_in
from schemas.movements import Movement
from schemas.stock_forms import StockAdjustment, StockMovement

SKU = click.argument("sku")
UNITS = click.argument("units", type=click.IntRange(min=1))


@click.command(context_settings={"ignore_unknown_options": True})
@SITE
@SKU
@click.argument("change", type=int)
@REASON
@LOT
@EXPIRES
@NAME
def adjust(
    site: str, sku: str, change: int, *, reason: str, lot: str | None, expires: datetime | None, name: str
) -> None:
    """Add CHANGE units (less, where it is negative) of SKU to what is free at SITE."""
    if not change:
        raise click.BadParameter("zero adjusts nothing")
    if expires and not lot:
        raise click.UsageError("--expires is a lot's: name it with --lot")
    form = StockAdjustment(
        adjustment=named(name, "adjustment"),
        site=site,
        sku=sku,
        change=change,
        reason=reason,
        lot=lot,
        expires_on=day(expires),
    )
    hand_in(form, f"adjustment {form.adjustment} is handed in; see: cauce stock show {sku}")


@click.command()
@SITE
@SKU
@UNITS
@LOT
@NAME
def damage(site: str, sku: str, units: int, lot: str | None, name: str) -> None:
    """UNITS of SKU are broken at SITE: out of what is free, into quarantine."""
    _move(Movement.QUARANTINE, site=site, sku=sku, units=units, reason="damaged", lot=lot, name=name)


@click.command()
@SITE
@SKU
@UNITS
@REASON
@LOT
@NAME
def quarantine(site: str, sku: str, units: int, *, reason: str, lot: str | None, name: str) -> None:
    """Set UNITS of SKU aside at SITE: nobody is promised them."""
    _move(Movement.QUARANTINE, site=site, sku=sku, units=units, reason=reason, lot=lot, name=name)


@click.command()
@SITE
@SKU
@UNITS
@REASON
@LOT
@NAME
def release(site: str, sku: str, units: int, *, reason: str, lot: str | None, name: str) -> None:
    """UNITS of SKU in quarantine at SITE are good: they are free, and go to those who wait."""
    _move(Movement.RELEASE, site=site, sku=sku, units=units, reason=reason, lot=lot, name=name)


@click.command(name="write-off")
@SITE
@SKU
@UNITS
@REASON
@LOT
@NAME
def write_off(site: str, sku: str, units: int, *, reason: str, lot: str | None, name: str) -> None:
    """UNITS of SKU in quarantine at SITE are gone for good."""
    _move(Movement.WRITE_OFF, site=site, sku=sku, units=units, reason=reason, lot=lot, name=name)


def _move(step: Movement, *, site: str, sku: str, units: int, reason: str, lot: str | None, name: str) -> None:
    movement = named(name, "movement")
    form = StockMovement(movement=movement, site=site, sku=sku, step=step, quantity=units, reason=reason, lot=lot)
    hand_in(form, f"movement {form.movement} is handed in; see: cauce stock show {sku}")


COMMANDS = (adjust, damage, quarantine, release, write_off)
