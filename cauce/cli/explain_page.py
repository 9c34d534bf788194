"""The reasons of an order's decisions on the terminal: every site that was looked at, and what it was decided from."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from cauce.cli import order_words as words
from cauce.cli.screen import QUIET, grid, listed, phrase, section, text
from cauce.replay.reasons import Decision
from cauce.runtime.lane import Record
from schemas.promises import ShipmentPromise
from schemas.sourcing import Candidate
from schemas.stock import Allocated, LotUnits, ShipmentLine
from services.insight.domain.sentences import counted

_VERSION = "_version"
_SHOWN = {"rule", "trigger", "candidates"}
_OWN_COLUMNS = {"site", "distance_meters", "lines_served", "units_served", "chosen", "excluded"}


def page(order_id: str, decisions: Sequence[Decision]) -> RenderableType:
    """A section a decision."""
    first = decisions[0].received.message
    title = phrase((first.order_number, "bold"), (f"   id {order_id}", QUIET))
    return Group(title, text(""), *(section(_title(each), _decision(each)) for each in decisions))


def _title(decision: Decision) -> str:
    fact = decision.received.message
    what = f"decision {fact.decision}" if isinstance(fact, Allocated) else f"waits, number {fact.queue_number}"
    return f"{what}   {words.moment(decision.received.envelope.at)}"


def _decision(decision: Decision) -> RenderableType:
    return Group(*_causes(decision), _candidates(decision), text(""), *_outcome(decision), _again(decision))


def _causes(decision: Decision) -> Iterator[Text]:
    yield phrase(("recorded   ", QUIET), _place(decision.record))
    cause = decision.input
    yield phrase(("decided on ", QUIET), _place(cause) if cause else text("a record that is gone", "yellow"))
    explanation = decision.received.message.explanation
    yield phrase(("rule       ", QUIET), (explanation.rule, "bold"), (f"   because of {explanation.trigger}", QUIET))
    for name, value in _said(explanation.model_dump(mode="json")):
        since = decision.since(value) if name.endswith(_VERSION) else None
        where = (f"   since {_place(since)}", QUIET) if since else ""
        yield phrase((f"{name.removesuffix(_VERSION).replace('_', ' '):10} ", QUIET), value, where)


def _said(explanation: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Whatever else an explanation says, in its order; a policy has a part of its own with its points."""
    for name, value in explanation.items():
        if isinstance(value, dict):
            yield from _said(value)
        elif value and name not in _SHOWN:
            yield name, _written(value)


def _written(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_written, value))
    return " ".join(f"{key} {_written(of)}" for key, of in value.items()) if isinstance(value, dict) else str(value)


def _place(record: Record) -> str:
    kind = dict(record.headers).get("ce_type", b"").decode(errors="backslashreplace")
    return f"{record.topic}, partition {record.partition}, offset {record.offset}: {kind}"


def _candidates(decision: Decision) -> RenderableType:
    """Whatever a candidate says beside what every one says, as its score, has a column of its own."""
    candidates = decision.received.message.explanation.candidates
    more = [name for name in type(candidates[0]).model_fields if name not in _OWN_COLUMNS] if candidates else []
    numbers = ("distance", "lines", "units", *more)
    table = grid("", "site", *numbers, "excluded", right=numbers, whole=numbers)
    for candidate in candidates:
        table.add_row(*_candidate(candidate, more))
    return Padding(table, (1, 0, 0, 0))


def _candidate(candidate: Candidate, more: Sequence[str]) -> Iterator[Text]:
    yield text("●", "green") if candidate.chosen else text("○", QUIET)
    yield text(candidate.site, "bold" if candidate.chosen else "")
    yield text(f"{words.kilometers(candidate.distance_meters)} km")
    yield text(candidate.lines_served)
    yield text(candidate.units_served)
    for name in more:
        yield text(getattr(candidate, name))
    yield text(candidate.excluded.replace("_", " "), "yellow")


def _outcome(decision: Decision) -> Iterator[Text]:
    fact = decision.received.message
    if not isinstance(fact, Allocated):
        yield phrase(("waits      ", QUIET), (_goods(fact.lines), "yellow"))
        return
    for shipment in fact.shipments:
        parcel = f"parcel {words.last(shipment.shipment_id)}"
        holds = counted(sum(line.quantity for line in shipment.lines), "unit")
        yield listed([(parcel, "bold"), shipment.site, holds, _goods(shipment.lines)])
        yield from (_lots(line) for line in shipment.lines if line.lots)
        if shipment.promise is not None:
            yield from _dates(shipment.promise)


def _lots(line: ShipmentLine) -> Text:
    """What expires first goes out first."""
    told = (f"{one.quantity} {words.TIMES} {_lot(one)}" for one in line.lots or ())
    return phrase((f"  {line.sku} of  ", QUIET), ", ".join(told))


def _lot(one: LotUnits) -> str:
    last = f" (until {words.day(date.fromisoformat(one.expires_on))})" if one.expires_on else ""
    return f"lot {one.lot}{last}" if one.lot else "no lot"


def _dates(promise: ShipmentPromise) -> Iterator[Text]:
    """Which cutoff, which carrier, and every day that did not count, with its reason."""
    yield phrase(
        ("  ordered by ", QUIET), words.moment(promise.cutoff), (", ships by ", QUIET), words.moment(promise.ship_by)
    )
    days = counted(promise.transit_days, "working day")
    yield phrase(
        ("  arrives    ", QUIET), (f"{promise.deliver_on:%a %d %b %Y}", "bold"), f"   {promise.carrier}, {days}"
    )
    for where, skipped in (("at the site", promise.held), ("on the way", promise.slowed)):
        if skipped:
            yield phrase((f"  {where:11}", QUIET), ", ".join(f"{one.on} {one.why}" for one in skipped))


def _goods(lines: Sequence[object]) -> str:
    return ", ".join(f"{getattr(line, 'quantity', 0)} {words.TIMES} {getattr(line, 'sku', '')}" for line in lines)


def _again(decision: Decision) -> Text:
    if decision.equal:
        return text("recomputed: equal", "green")
    return phrase(("recomputed: differs: ", "bold red"), decision.again)
