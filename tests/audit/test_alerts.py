"""Laws 4, 7 and 11 of what people are warned of, each with a violation that was planted."""

from datetime import UTC, date, datetime

import pytest

from cauce.audit.alerts import Breaches, Crossings
from cauce.audit.kept import KeptDates
from cauce.audit.record import Entry
from cauce.runtime.settings import CHECKOUT
from schemas.alerts import Alert, StockAlert
from schemas.breaches import PromiseAtRisk, PromiseBroken
from schemas.buying import SlowAlert, Turnover
from schemas.envelope import Envelope
from schemas.promises import ShipmentPromise
from schemas.shipments import ParcelDelivered
from schemas.stock import Allocated
from schemas.teams import TellTeam
from schemas.topics import HOME

NOON, ORDER = datetime(2026, 3, 2, 12, tzinfo=UTC), "nbswy3dpeb3w64tmmqxc4lro"
DAY, LATER = date(2026, 3, 4), date(2026, 3, 5)


def stock(alert, sku="CUP"):
    return StockAlert(pool=0, sku=sku, alert=alert, free=0, low_below=5)


def slow(alert):
    return SlowAlert(pool=0, sku="CUP", alert=alert, on_hand=3, since=DAY, days=60)


def word(reference="c-1"):
    return TellTeam(about="CUP", addressee="team:buyers", kind="low", reference=reference, language="en", text="Cup")


def golden(kind, **fields):
    path = min((CHECKOUT / "schemas" / "examples" / kind.type).glob("*.json"))
    return kind.read(path.read_bytes()).model_copy(update={"order_id": ORDER, **fields})


def promised(day=DAY):
    allocated = golden(Allocated)
    promise = ShipmentPromise.model_construct(deliver_on=day)
    first = allocated.shipments[0].model_copy(
        update={"shipment_id": f"{ORDER}-1", "site": "DAVENTRY", "promise": promise}
    )
    return allocated.model_copy(update={"shipments": (first,)})


def breach(kind, day=DAY, **fields):
    about = {"order_id": ORDER, "order_number": "SHOP-1", "shipment_id": f"{ORDER}-1", "site": "DAVENTRY"}
    return kind(**about, deliver_on=day, **fields)


def broken_by(check, *facts):
    """The violations of these facts, numbered as they stand and seen last to first."""
    for number, fact in reversed(list(enumerate(facts, start=1))):
        envelope = Envelope(str(number), fact.type, "/cauce/x/y/0", fact.key_value(), number, NOON, "1", "cause")
        check.see(Entry(HOME[type(fact)], 0, number, envelope, fact))
    return check.violations()


def test_alerts_that_get_worse_and_end_are_as_they_should_be():
    down = [stock(Alert.LOW), stock(Alert.OUT), stock(Alert.RECOVERED), stock(Alert.OUT)]
    others = [stock(Alert.LOW, sku="POT"), slow(Turnover.SLOW), slow(Turnover.MOVING), word(), word("c-2")]
    assert broken_by(Crossings(), *down, *others) == []


@pytest.mark.parametrize(
    "planted",
    [
        [stock(Alert.LOW), stock(Alert.LOW)],
        [stock(Alert.OUT), stock(Alert.LOW)],
        [stock(Alert.RECOVERED)],
        [slow(Turnover.SLOW), slow(Turnover.SLOW)],
        [word(), word()],
    ],
)
def test_an_alert_that_crosses_nothing_is_found(planted):
    (broken,) = broken_by(Crossings(), *planted)
    assert (broken.law, broken.subject) == (4, "CUP")


def test_a_breach_of_what_was_promised_is_as_it_should_be():
    facts = [promised(), breach(PromiseAtRisk, ship_by=NOON), breach(PromiseBroken)]
    assert broken_by(Breaches(), *facts) == []


@pytest.mark.parametrize(
    ("law", "planted"),
    [
        (7, [breach(PromiseBroken)]),
        (7, [promised(), breach(PromiseBroken, day=LATER)]),
        (4, [promised(), breach(PromiseBroken), breach(PromiseBroken)]),
    ],
)
def test_a_breach_without_its_promise_or_said_twice_is_found(law, planted):
    (broken,) = broken_by(Breaches(), *planted)
    assert (broken.law, broken.subject) == (law, ORDER)


@pytest.mark.parametrize(
    ("delivered_at", "counts"),
    [(NOON.replace(day=4), (1, 0, 0)), (NOON.replace(day=5), (0, 1, 0)), (None, (0, 1, 0))],
)
def test_kept_dates_are_counted_and_other_counts_are_found(delivered_at, counts):
    dates = KeptDates()
    if delivered_at:
        dates.see(golden(ParcelDelivered, shipment_id=f"{ORDER}-1", delivered_at=delivered_at))
    else:
        dates.see(breach(PromiseBroken))
    dates.see(promised())
    shown = {"DAVENTRY": counts, "all": counts}
    assert list(dates.differences(shown)) == []
    assert list(dates.differences(shown | {"all": (9, 0, 0)})) == [("all", (9, 0, 0), counts)]
    assert [group for group, *_ in dates.differences({})] == ["DAVENTRY", "all"]
