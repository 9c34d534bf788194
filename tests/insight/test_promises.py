"""How many dates were kept: counted once they are known, by site, carrier and week."""

from datetime import UTC, date, datetime

from cauce.cli.promises import sparkline
from services.insight.domain.rows import Row
from services.insight.promise_reading import By, kept_by

MONDAY = date(2026, 11, 23)


def shipment(number, **values):
    known = {
        "shipment_id": f"o1-{number}",
        "order_id": "o1",
        "site": "leicester",
        "carrier": "dpd",
        "deliver_on": MONDAY,
    }
    return Row("shipments", known | values)


def came(day):
    return {"delivered_at": datetime(2026, 11, day, 22, tzinfo=UTC)}


def test_a_date_is_kept_to_the_end_of_its_day_and_counts_once_it_is_known(new_model):
    model = new_model()
    rows = [
        shipment(1, **came(23)),
        shipment(2, **came(24), site="madrid"),
        shipment(3, broken_at=datetime(2026, 11, 24, tzinfo=UTC), carrier=None),
        shipment(4),
        shipment(5, **came(16), deliver_on=date(2026, 11, 16)),
        shipment(6, **came(23), deliver_on=None),
    ]
    model.store.write(rows, {})
    with model.engine.connect() as connection:
        by_site = {each.group: (each.kept, each.broken) for each in kept_by(connection, By.SITE)}
        carriers = [each.group for each in kept_by(connection, By.CARRIER)]
        weeks = kept_by(connection, By.WEEK)
    assert by_site == {"leicester": (2, 1), "madrid": (0, 1), "all": (2, 2)}
    assert carriers == ["dpd", "not packed", "all"]
    assert [each.group for each in weeks] == ["2026-W47", "2026-W48", "all"]
    assert weeks[-1].weeks == {"2026-W47": 1.0, "2026-W48": 1 / 3}
    assert weeks[-1].rate == 0.5


def test_a_bar_is_as_high_as_its_share():
    assert sparkline([0.0, 0.5, 1.0]) == "▁▅█"
