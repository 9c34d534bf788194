"""Which teams and suppliers hear of an alert, once a crossing, and what they read."""

from datetime import UTC, date, datetime

import pytest
from pydantic import ValidationError

from cauce.decider import MemoryReference
from cauce.money import Money
from cauce.runtime.reference.flaws import BrokenFile
from cauce.runtime.reference.reference_files import read_folder
from schemas.alerts import Alert, PurchaseRequested, StockAlert
from schemas.breaches import PromiseAtRisk, PromiseBroken
from schemas.buying import Buying, Cover, CoverAlert, SlowAlert, Turnover
from schemas.effects import EffectAnswered, EffectOutcome
from schemas.reference import Product, Stocking
from schemas.teams import (
    Addressees,
    SendToTeam,
    Supplier,
    Team,
    TeamKind,
    TeamNoticeFailed,
    TeamNotified,
    TellTeam,
)
from services.notify.domain.letters import write_to_team
from services.notify.domain.teams import DECIDER, Told
from services.notify.translate import to_route, to_team

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
LISTED = Addressees(
    teams={
        "buyers": Team(hears=("low", "out", "short", "slow", "purchase")),
        "daventry": Team(hears=("at_risk", "broken"), sites=("DAVENTRY",)),
        "lamps": Team(hears=("low", "broken"), suppliers=("LUX",), language="es"),
    },
    suppliers={"ACME": Supplier(), "LUX": Supplier(hears=("out",))},
)
REFERENCE = MemoryReference(
    addressees=(LISTED,),
    buying=(
        Buying(id="LAMP", cover_below_days=7, supplier="LUX"),
        Buying(id="category:cups", cover_below_days=7, supplier="ACME"),
    ),
    stocking=(Stocking(id="CUP", unit_value=Money(amount=100, currency="GBP"), category="cups"),),
    products=(Product(id="CUP", name="Stoneware cup", weight_grams=300),),
)
LOW = StockAlert(pool=0, sku="CUP", alert=Alert.LOW, free=3, low_below=5)
BUY = PurchaseRequested(pool=0, sku="CUP", quantity=30, free=3, to_come=0, waiting=2)
LATE = {"order_id": "ord1", "order_number": "SHOP-1", "shipment_id": "ord1-1", "deliver_on": date(2026, 3, 4)}


@pytest.fixture(name="told")
def _told(received):
    """The words that a fact gives."""

    def told(fact, topic="stock-alerts", reference=REFERENCE):
        route = to_route(received(fact, topic), reference)
        return [] if route is None else list(route.notices)

    return told


@pytest.fixture(name="take")
def _take(received):
    """What the lane publishes because of messages, one after another."""
    state = Told(about="CUP")

    def take(*messages):
        nonlocal state
        published = []
        for message in messages:
            for event in DECIDER.decide(state, to_team(received(message), REFERENCE)):
                state = DECIDER.evolve(state, event)
                published.append(event)
        return published

    return take


def names(words):
    return [word.addressee for word in words]


def test_each_kind_reaches_those_who_hear_of_it(told):
    assert names(told(LOW)) == ["team:buyers"]
    assert names(told(BUY)) == ["supplier:ACME", "team:buyers"]
    assert told(LOW.model_copy(update={"alert": Alert.RECOVERED})) == []


def test_a_supplier_and_a_team_of_it_hear_of_its_skus_alone(told):
    lamp = LOW.model_copy(update={"sku": "LAMP"})
    assert names(told(lamp)) == ["team:buyers", "team:lamps"]
    assert names(told(lamp.model_copy(update={"alert": Alert.OUT}))) == ["supplier:LUX", "team:buyers"]


def test_the_supplier_that_the_purchase_names_is_the_one_who_hears_of_it(told):
    assert names(told(BUY.model_copy(update={"supplier": "SOMEBODY"}))) == ["team:buyers"]


def test_a_team_of_a_site_hears_of_its_shipments_alone(told):
    broken = PromiseBroken(**LATE, site="DAVENTRY")
    (at_daventry, everywhere) = told(broken, "promises")
    assert (at_daventry.addressee, everywhere.addressee) == ("team:daventry", "team:lamps")
    assert at_daventry.reference == "ord1-1"
    assert at_daventry.about == "ord1"
    assert names(told(PromiseBroken(**LATE, site="VENLO"), "promises")) == ["team:lamps"]
    assert names(told(PromiseAtRisk(**LATE, site="DAVENTRY", ship_by=AT), "promises")) == ["team:daventry"]


def test_nobody_hears_of_anything_before_addressees_are_published(told):
    assert told(LOW, reference=MemoryReference()) == []


def test_a_word_names_the_article_and_says_the_figures(told):
    (word,) = told(LOW)
    assert (word.text, word.free, word.low_below, word.supplier) == ("Stoneware cup (CUP)", 3, 5, "ACME")
    slow = SlowAlert(
        pool=0, sku="CUP", alert=Turnover.SLOW, on_hand=9, since=AT.date(), days=60,
        worth=Money(amount=900, currency="GBP"),
    )  # fmt: skip
    (word,) = told(slow)
    assert word.worth == Money(amount=900, currency="GBP")
    assert "worth 9.00 GBP" in write_to_team(word).body


def test_an_alert_is_told_once_and_the_next_crossing_again(take, told):
    (word,) = told(LOW)
    (send,) = take(word)
    assert isinstance(send, SendToTeam)
    assert send.subject == "Stoneware cup (CUP) is low: 3 free, fewer than 5"
    assert take(word) == []
    (again,) = take(word.model_copy(update={"reference": "another-crossing"}))
    assert again.message_id != send.message_id


@pytest.mark.parametrize(
    ("outcome", "end"), [(EffectOutcome.DONE, TeamNotified), (EffectOutcome.DECLINED, TeamNoticeFailed)]
)
def test_what_became_of_a_notice_is_recorded_once(take, told, outcome, end):
    (send,) = take(*told(LOW))
    answer = EffectAnswered(
        subject=send.about, effect_id="e", effect=send.type, reference=send.natural_key(), outcome=outcome,
        detail="refused with 550", attempts=1,
    )  # fmt: skip
    (ended,) = take(answer)
    assert type(ended) is end
    assert (ended.addressee, ended.subject) == ("team:buyers", send.subject)
    assert take(answer) == []


@pytest.mark.parametrize("language", ["en", "es", "xx"])
@pytest.mark.parametrize("kind", TeamKind)
def test_every_kind_has_a_subject_and_a_text_in_every_language(kind, language):
    figures = dict.fromkeys(("free", "low_below", "demand", "demand_days", "cover_days", "below_days"), 7)
    figures |= dict.fromkeys(("on_hand", "quantity", "to_come", "waiting"), 8)
    days = {"since": AT.date(), "deliver_on": AT.date(), "expected_on": AT.date()}
    word = TellTeam(
        about="CUP", addressee="team:a", kind=kind, reference="r", language=language, text="Cup",
        site="VENLO", shipment_id="ord1-1", supplier="ACME", **figures, **days,
    )  # fmt: skip
    letter = write_to_team(word)
    assert "Cup" in letter.subject
    assert "None" not in letter.subject + letter.body
    assert len(letter.body) > 20


def test_cover_of_which_nothing_is_ordered_is_told_without_days():
    alert = CoverAlert(pool=0, sku="CUP", alert=Cover.ENOUGH, free=9, demand=0, demand_days=28, below_days=7)
    word = TellTeam(
        about="CUP", addressee="team:a", kind="enough", reference="r", language="en", text="Cup",
        free=alert.free, demand=alert.demand, demand_days=alert.demand_days,
    )  # fmt: skip
    assert "None" not in write_to_team(word).body


@pytest.mark.parametrize(
    "wrong",
    [
        {"hears": []},
        {"hears": ["low"], "sites": ["VENLO"]},
        {"hears": ["broken"], "suppliers": ["ACME"]},
    ],
)
def test_a_team_that_can_hear_nothing_of_what_it_asks_for_is_refused(wrong):
    with pytest.raises(ValidationError):
        Team(**wrong)


def test_a_supplier_hears_nothing_of_shipments():
    with pytest.raises(ValidationError, match="dates of shipments are for a team"):
        Supplier(hears=["broken"])


def test_a_kind_of_alert_that_is_none_is_told_by_its_line(tmp_path):
    (tmp_path / "addressees.yaml").write_text("teams:\n  buyers:\n    hears: [low, late]\n")
    with pytest.raises(BrokenFile, match=r"line 3, column teams\.buyers\.hears\.1: expected 'low', 'out'"):
        read_folder(tmp_path)
