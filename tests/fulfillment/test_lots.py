"""The crew's list names the lots to pick; what is taken out of the work is what the keeper takes back."""

import pytest

from schemas.stock import LotUnits, ShipmentLine
from services.fulfillment.domain.units import draw

LINE = ShipmentLine(
    line_id="1",
    sku="MILK",
    quantity=5,
    weight_grams=500,
    lots=(LotUnits(lot="A", quantity=2, expires_on="2026-03-10"), LotUnits(lot="B", quantity=3)),
)


def lots(lines):
    return [{one.lot: one.quantity for one in line.lots} for line in lines]


@pytest.mark.parametrize(
    ("units", "unfit", "kept", "taken"),
    [
        (1, (), [{"A": 2, "B": 2}], [{"B": 1}]),
        (4, (), [{"A": 1}], [{"A": 1, "B": 3}]),
        (2, ("A",), [{"B": 3}], [{"A": 2}]),
        (5, (), [], [{"A": 2, "B": 3}]),
    ],
)
def test_what_lasts_longest_is_taken_out_after_what_may_not_be_sent(units, unfit, kept, taken):
    cut = draw([("o1-1", [LINE])], {"1": units}, unfit)[0]["o1-1"]
    assert (lots(cut.kept), lots(cut.taken)) == (kept, taken)
