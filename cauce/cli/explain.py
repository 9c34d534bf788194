"""`cauce explain`: why an order was sourced as it was, decided again from its recorded input."""

import asyncio
import sys
from typing import Any

import click

from cauce.cli.explain_page import page
from cauce.cli.named import order_id_of
from cauce.cli.plain import say_json
from cauce.cli.recorded import fitting, recorded
from cauce.cli.screen import Screen
from cauce.replay.reasons import Decision, decisions_on
from cauce.runtime.assembly import lanes_of
from cauce.runtime.faults import Unavailable
from cauce.runtime.lane import Lane, Record
from cauce.runtime.settings import Settings
from schemas.envelope import instant_text
from services import load


@click.command()
@click.argument("order")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def command(order: str, *, as_json: bool) -> None:
    """Say why ORDER was sourced as it was.

    Every candidate of each decision, the versions of the reference data it used, and the record it followed from. Each
    is then decided again, from that record and the state before it, and compared byte for byte.

    ORDER is its id; where there is a read model, its number or its channel's number too. Exit code 1 when a decision
    comes out otherwise.
    """
    settings = Settings()
    servers = fitting(settings, recorded(settings))
    order_id = order_id_of(settings, order)
    with Screen(stderr=True).status("deciding again"):
        found = asyncio.run(decisions_on(servers, settings, keeper_of(settings), order_id))
    if not found:
        raise Unavailable(
            f"nothing was decided on an order with the id {order_id!r}: see `cauce order list`; "
            "an order that was refused, or that has no goods, is never sourced"
        )
    if as_json:
        say_json(to_json(order_id, found), indent=2)
    else:
        Screen().print(page(order_id, found))
    sys.exit(0 if all(decision.equal for decision in found) else 1)


def keeper_of(settings: Settings) -> Lane:
    """The lane that decides on stock."""
    return next(lane for lane in lanes_of(load("allocation"), settings) if lane.name == "keeper")


def to_json(order_id: str, decisions: list[Decision]) -> dict[str, Any]:
    """All of it for a program."""
    told = [_decision(decision) for decision in decisions]
    return {"order_id": order_id, "equal": all(one.equal for one in decisions), "decisions": told}


def _decision(decision: Decision) -> dict[str, Any]:
    envelope, fact = decision.received.envelope, decision.received.message
    body = fact.model_dump(mode="json", exclude={"customer", "destination"})
    return {
        "type": envelope.type,
        "id": envelope.id,
        "at": instant_text(envelope.at),
        "release": envelope.release,
        "recorded": _place(decision.record),
        "input": _place(decision.input) if decision.input else None,
        "reference": [
            {"kind": kind, "version": version, "recorded": _place(record)}
            for (kind, version), record in decision.versions.items()
            if version in fact.explanation.model_dump_json()
        ],
        **{name: body.get(name, []) for name in ("explanation", "shipments", "lines")},
        "recomputed": decision.again,
    }


def _place(record: Record) -> dict[str, Any]:
    headers = {name: value.decode(errors="backslashreplace") for name, value in record.headers}
    return {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "type": headers.get("ce_type", ""),
        "id": headers.get("ce_id", ""),
    }
