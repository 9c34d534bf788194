"""A wave at the console: what it would decide over what the keeper wrote, and the form that asks for it."""

from contextlib import asynccontextmanager

import pytest
from click.testing import CliRunner

from cauce.cli import forms, main, wave
from cauce.cli.wave_desk import WaveDesk
from cauce.places import Coordinates
from cauce.runtime.reference.reference_files import published
from schemas.base import Sealed
from schemas.orders import Customer, Destination, ShipOption
from schemas.policies import By, Criterion, Rule, SourcingPolicy, Unfilled
from schemas.raw import FORMS, RawTopic
from schemas.reference import Kind, Product, ReferenceActivated, Site
from schemas.stock import DemandLine, ReceiveStock, ReserveStock, SkuQuantity

THERE = Coordinates(latitude=52.0, longitude=-1.0)
ITEMS = {
    Kind.SITES: [Site(id="hub", name="Hub", country="GB", coordinates=THERE)],
    Kind.PRODUCTS: [Product(id="cup", weight_grams=250), Product(id="pot", weight_grams=900)],
}
POLICY = SourcingPolicy(
    name="whole",
    currency="GBP",
    rules=(Rule(name="all", criteria=(Criterion(by=By.DISTANCE),), unfilled=Unfilled.QUEUE),),
)
FIRST, SECOND, THIRD = "order1", "order2", "order3"


@pytest.fixture
def keeper(keepers):
    """Three orders wait: the first for what both others want one part of. Nothing is served before the wave."""
    keeper = keepers(WaveDesk, ITEMS)
    (version,) = published(Kind.SOURCING, [POLICY])
    active = ReferenceActivated(
        kind=Kind.SOURCING, pool=0, label="whole", version=version.version, activated_at=keeper.at
    )
    keeper.hears(version, active)
    for order_id, units in ((FIRST, {"cup": 2, "pot": 3}), (SECOND, {"cup": 2}), (THIRD, {"pot": 2})):
        keeper.hears(_order(keeper, order_id, units))
    lines = (SkuQuantity(sku="cup", quantity=2), SkuQuantity(sku="pot", quantity=2))
    keeper.hears(ReceiveStock(pool=0, receipt_id="r", site="hub", lines=lines))
    return keeper


def _order(keeper, order_id, units):
    return ReserveStock(
        pool=0,
        order_id=order_id,
        order_number=order_id.upper(),
        customer=Customer(person_id="p1", country="GB", personal=Sealed(person_id="p1", content=b"sealed")),
        destination=Destination(country="GB", postal_area="E1", coordinates=THERE),
        ship_option=ShipOption.STANDARD,
        deliver_by=keeper.at,
        lines=tuple(
            DemandLine(line_id=str(n), sku=sku, quantity=count) for n, (sku, count) in enumerate(units.items(), 1)
        ),
    )


@pytest.fixture
def decide(keeper, monkeypatch):
    """What the command shows, and the form that it hands in, if it does."""
    written = []

    @asynccontextmanager
    async def over(_servers, _settings):
        yield keeper.desk

    async def stored(_servers, _prefix, outputs):
        written.extend(outputs)

    monkeypatch.setattr(wave, "waves", over)
    monkeypatch.setattr(wave, "recorded", lambda _: "servers")
    monkeypatch.setattr(wave, "order_id_of", lambda _, order: order.lower())
    monkeypatch.setattr(forms, "recorded", lambda _: "servers")
    monkeypatch.setattr(forms, "present", lambda *_: None)
    monkeypatch.setattr(forms, "deliver", stored)

    def decided(*words):
        shown = CliRunner().invoke(main, ["wave", "decide", *words])
        form = FORMS[RawTopic.STOCK_REPORTS].validate_json(written[0].value) if written else None
        return shown, form

    return decided


def test_a_trial_shows_who_would_get_what_in_turn_and_together_and_asks_nothing(decide):
    shown, form = decide("ORDER1", "ORDER2", "ORDER3", "order9", "--dry-run")
    assert (shown.exit_code, form) == (0, None)
    lines = [line.split() for line in shown.output.splitlines() if line]
    assert lines[1:4] == [
        ["ORDER1", "5", "-", "-"],
        ["ORDER2", "2", "2", "from", "hub", "2", "from", "hub"],
        ["ORDER3", "2", "2", "from", "hub", "2", "from", "hub"],
    ]
    assert "together: 2 of 3 orders whole, 4 units" in shown.output
    assert "passed over: order9" in shown.output


def test_a_wave_is_handed_in_with_its_orders_once_each(decide):
    shown, form = decide("ORDER2", "order2", "ORDER3", "--name", "noon")
    assert shown.exit_code == 0
    assert (form.wave, form.orders) == ("noon", (SECOND, THIRD))
    assert "noon" in shown.output


def test_a_wave_may_have_a_limit_of_nodes_of_its_own(decide):
    _, form = decide("ORDER2", "--nodes", "7")
    assert form.nodes == 7
    shown, _ = decide("ORDER2", "--nodes", "0")
    assert shown.exit_code == 2
    assert "--nodes" in shown.output


def test_a_backlog_is_everybody_who_waits_for_a_sku_in_turn(decide, tmp_path):
    listed = tmp_path / "orders.txt"
    listed.write_text("ORDER3\n")
    _, form = decide("--backlog", "cup", "--file", str(listed))
    assert form.orders == (THIRD, FIRST, SECOND)


@pytest.mark.parametrize(
    ("words", "said"),
    [((), "name orders"), (("--backlog", "lid"), "nobody waits"), (("--file", "none.txt"), "none.txt")],
)
def test_a_wave_of_nobody_is_refused(decide, words, said):
    shown, form = decide(*words)
    assert (shown.exit_code, form) == (2, None)
    assert said in shown.output


def test_without_a_policy_a_trial_says_what_is_missing(keepers, decide, monkeypatch):
    plain = keepers(WaveDesk, ITEMS)
    plain.hears(_order(plain, FIRST, {"cup": 1}))

    @asynccontextmanager
    async def over(_servers, _settings):
        yield plain.desk

    monkeypatch.setattr(wave, "waves", over)
    shown, _ = decide(FIRST, "--dry-run")
    assert "no policy is active" in shown.output
