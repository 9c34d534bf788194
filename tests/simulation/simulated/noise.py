"""What outsiders should not send, and do: garbage, strange labels, early scans, changed records, failures, floods."""

from datetime import timedelta

import orjson

from cauce.demo.retail_company import SITES
from schemas.failures import Failing
from schemas.raw import CarrierReport, FailedLine, RawTopic, ShipmentFailure, WarehouseScan
from schemas.shipments import CarrierStatus, Scan, WarehouseWork
from schemas.stock_forms import SiteClosure, SiteOpening
from services.fulfillment.domain.labels import tracking_number

CLOSES = 0.6  # of what is said of sites being closed


def make(chance, log, now):
    """One piece of noise as (topic, key, value); None where there is nothing yet to make it of."""
    return chance.choice((_garbage, _changed, _scan, _mishap, _failure, _closure))(chance, log, now)


def _garbage(chance, _log, _now):
    value = chance.choice((b"", b"{", b"null", b"[" * 40, b'{"kind":"order"}', b"\xff\xfe", b'{"a":1,"a":2}'))
    return chance.choice(tuple(RawTopic)).value, b"k", value


def _changed(chance, log, _now):
    """A record that came before, with one field of it changed."""
    topic = chance.choice(tuple(RawTopic)).value
    records = log.of(topic)
    if not records:
        return None
    record = chance.choice(records)
    try:
        form = orjson.loads(record.value)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(form, dict):
        return None
    name = chance.choice(sorted(form))
    form[name] = _other(chance, form[name])
    return topic, record.key, orjson.dumps(form)


def _other(chance, value):
    match value:
        case bool() | None:
            return None
        case int():
            return chance.choice((0, -1, value + 1, value - 1))
        case str():
            return chance.choice(("", f"{value}x", value.upper()))
        case list():
            return value[1:] or [*value, *value]
        case _:
            return None


def _scan(chance, log, _now):
    """A scan of a label that exists, at another site, of another revision, or out of turn."""
    works = log.of("warehouse-work")
    if not works:
        return None
    work = WarehouseWork.read(chance.choice(works).value)
    number = chance.randrange(1_000_000)
    form = WarehouseScan(
        scan=chance.choice(tuple(Scan)),
        scan_id=f"stray-{number}",
        shipment=chance.choice((work.shipment_id, f"{work.order_id}-{number % 4 + 1}")),
        site=chance.choice((work.site, work.site, "GLASGOW")),
        operator="stray",
        revision=chance.choice((1, work.revision, 7)),
    )
    return RawTopic.WAREHOUSE_SCANS.value, work.shipment_id.encode(), form.model_dump_json(exclude_none=True).encode()


def _mishap(chance, log, now):
    """A carrier's word on a label, before it has the parcel or after, true or not."""
    works = log.of("warehouse-work")
    if not works:
        return None
    work = WarehouseWork.read(chance.choice(works).value)
    label = tracking_number(work.order_id, work.shipment_id)
    form = CarrierReport(
        event_id=f"stray-{chance.randrange(1_000_000)}",
        tracking_number=label,
        status=chance.choice(tuple(CarrierStatus)),
        happened_at=now,
    )
    return RawTopic.CARRIER_EVENTS.value, label.encode(), form.model_dump_json().encode()


def _failure(chance, log, _now):
    """A site does not send units of a shipment, whether it has them yet, or still."""
    works = log.of("warehouse-work")
    if not works:
        return None
    work = WarehouseWork.read(chance.choice(works).value)
    lines = [FailedLine(line=int(line.line_id), quantity=chance.randint(1, line.quantity)) for line in work.lines]
    form = ShipmentFailure(
        failure=f"stray-{chance.randrange(1_000_000)}",
        failing=chance.choice(tuple(Failing)),
        shipment=work.shipment_id,
        site=work.site,
        operator="stray",
        lines=tuple(chance.sample(lines, chance.randint(0, len(lines)))),
    )
    return RawTopic.SHIPMENT_FAILURES.value, work.shipment_id.encode(), form.model_dump_json().encode()


def _closure(chance, _log, now):
    """A site closes, now or some day, or opens again."""
    site, name = chance.choice(SITES).id, f"stray-{chance.randrange(1_000_000)}"
    form = SiteOpening(opening=name, site=site)
    if chance.random() < CLOSES:
        begins_on, ends_on = (chance.choice((None, now.date() + timedelta(days=days))) for days in (1, 3))
        form = SiteClosure(closure=name, site=site, begins_on=begins_on, ends_on=ends_on, reason="flood")
    return RawTopic.STOCK_REPORTS.value, site.encode(), form.model_dump_json(exclude_none=True).encode()
