"""Promise dates: what terms allow, what a decision keeps of them, and what moves them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.inbound import BackorderExpected, ExpectedUnits, ExpectStock
from schemas.light import has_light_form, light, lightened, to_bytes
from schemas.orders import ShipOption
from schemas.policies import By, Criterion, Rule, SourcingPolicy
from schemas.promises import OrderPromise, PromiseTerms, SiteHours, Transit
from schemas.quotes import Basket, PromiseQuote
from schemas.stock import Allocated, CanceledUnits
from services.allocation.domain.quotes import quote
from services.allocation.domain.sourcing import NearSite
from services.allocation.domain.timetable import CLOSED, CUTOFF_PASSED, FULL, Timetable

MADRID = ZoneInfo("Europe/Madrid")
STANDARD = ShipOption.STANDARD
HOLIDAYS = {"ES": {"2026-03-19": "Saint Joseph"}, "carrier": {"2026-03-05": "strike"}}


def terms(*, transit=(), **said):
    hours = {"time_zone": "Europe/Madrid", "cutoffs": {"standard": "14:00"}, "holidays": ["ES"], **said}
    ways = transit or ({"days": 2, "holidays": ["carrier"]},)
    return PromiseTerms(
        sites={site: SiteHours(**hours) for site in ("madrid", "lyon")},
        transit=tuple(Transit(**{"carrier": "correos", "option": STANDARD, **way}) for way in ways),
        holidays=HOLIDAYS,
    )


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=MADRID)


@pytest.fixture
def promise(told):
    """What a site may promise at a time."""
    where = told.pool().order("o1", {"cup": 1}).destination

    def promise(now, of=None, *, postal="28", taken=lambda _site, _day: 0):
        table, near = Timetable((of or terms(),)), NearSite(0, "madrid", "ES")
        found = table.promise(near, where.model_copy(update={"postal_area": postal}), STANDARD, now, taken)
        return found and lightened_to(found)

    return promise


def lightened_to(promise):
    return promise.leaves_on.isoformat(), promise.deliver_on.isoformat(), [one.why for one in promise.held]


def test_what_is_ordered_by_the_cutoff_leaves_that_day_and_a_moment_later_the_next(promise):
    assert promise(at("2026-03-03 14:00")) == ("2026-03-03", "2026-03-06", [])  # the carrier strikes on the 5th
    assert promise(at("2026-03-03 14:00:01")) == ("2026-03-04", "2026-03-09", [CUTOFF_PASSED])


def test_weekends_holidays_and_days_of_the_sites_own_are_skipped_with_their_reasons(promise):
    found = promise(at("2026-03-13 15:00"), terms(closed=["2026-03-16"]))
    assert found[0] == "2026-03-17"
    assert found[2] == [CUTOFF_PASSED, "no working day", "no working day", CLOSED]
    assert promise(at("2026-03-19 09:00"))[2] == ["Saint Joseph"]


def test_handling_takes_working_days_of_the_site(promise):
    assert promise(at("2026-03-18 09:00"), terms(handling_days=1))[0] == "2026-03-20"


def test_a_full_day_moves_the_date_to_the_next_one(promise):
    found = promise(
        at("2026-03-03 09:00"), terms(capacity_a_day=2), taken=lambda _site, day: 2 if day == date(2026, 3, 3) else 1
    )
    assert (found[0], found[2]) == ("2026-03-04", [FULL])


def test_the_row_with_the_longest_postal_beginning_counts_for_its_carrier(promise):
    rows = ({"days": 1}, {"days": 6, "postal": ["35", "38"]}, {"days": 3, "carrier": "ship"})
    assert promise(at("2026-03-02 09:00"), terms(transit=rows))[1] == "2026-03-03"
    assert promise(at("2026-03-02 09:00"), terms(transit=rows), postal="35")[1] == "2026-03-05"


def test_nothing_is_promised_where_nobody_goes(promise):
    assert promise(at("2026-03-02 09:00"), terms(transit=({"days": 1, "markets": ["FR"]},))) is None


def test_a_cutoff_is_the_sites_own_time_on_both_sides_of_a_change_of_its_clocks(promise):
    for day, cutoff in (("2026-03-27", "13:00"), ("2026-03-30", "12:00")):
        moment = datetime.fromisoformat(f"{day}T{cutoff}:00+00:00")
        assert promise(moment)[0] == day
        assert promise(moment + timedelta(seconds=1))[0] > day


ZONES = st.sampled_from(
    ["Europe/London", "Pacific/Auckland", "America/Los_Angeles", "Asia/Kolkata", "America/St_Johns"]
)
MINUTES = st.integers(0, 400 * 24 * 60)
HOURS = st.sampled_from(["00:30", "01:30", "02:30", "14:00", "17:45"])


@settings(max_examples=60)
@given(zone=ZONES, cutoff=HOURS, minute=MINUTES, later=st.integers(0, 3000), handling=st.integers(0, 3))
def test_no_promise_is_earlier_than_its_cutoff_allows_and_waiting_never_makes_one_earlier(
    zone, cutoff, minute, later, handling
):
    table = Timetable((terms(time_zone=zone, cutoffs={"standard": cutoff}, handling_days=handling),))
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    first, second = (
        table.leaving("madrid", STANDARD, moment, lambda _site, _day: 0)
        for moment in (now, now + timedelta(minutes=later))
    )
    assert now <= first.cutoff <= first.ship_by
    assert (first.day, first.ship_by, first.cutoff) <= (second.day, second.ship_by, second.cutoff)
    assert first.day.weekday() < 5
    assert first.ship_by.astimezone(ZoneInfo(zone)).date() == first.day


def dated(events):
    (allocated,) = (event for event in events if isinstance(event, Allocated))
    return allocated


def test_a_decision_keeps_the_dates_of_each_shipment_and_of_the_order_with_the_version_that_gave_them(told):
    pool = told.pool(promises=terms())
    pool.receives({"cup": 1}, "madrid")
    pool.receives({"cup": 1}, "lyon")
    kept = dated(pool.orders("o1", {"cup": 2}))
    assert [one.promise.leaves_on for one in kept.shipments] == [date(2026, 3, 2)] * 2
    assert kept.promise.ship_by == datetime(2026, 3, 2, 17, tzinfo=UTC)
    assert kept.promise.deliver_on == date(2026, 3, 4)
    assert kept.explanation.promises_version == "memory"
    assert kept.to_bytes() == Allocated.model_validate_json(kept.to_bytes()).to_bytes()


def test_a_pool_without_terms_says_nothing_of_dates(told):
    pool = told.pool()
    pool.receives({"cup": 1})
    kept = dated(pool.orders("o1", {"cup": 1}))
    assert b"promise" not in kept.to_bytes()


def test_shipments_fill_their_sites_day_also_those_of_one_decision(told):
    pool = told.pool(promises=terms(capacity_a_day=2))
    pool.orders("w1", {"cup": 1})
    pool.orders("w2", {"cup": 1})
    served = [event for event in pool.receives({"cup": 4}) if isinstance(event, Allocated)]
    later = [dated(pool.orders(name, {"cup": 1})) for name in ("o3", "o4")]
    days = [one.shipments[0].promise.leaves_on.day for one in (*served, *later)]
    assert days == [2, 2, 3, 3]
    again = pool.replayed()
    assert again.rows.kinds["departures"] == pool.rows.kinds["departures"]


def test_the_criterion_of_lateness_knows_the_promise_dates(told):
    rule = Rule(name="all", criteria=(Criterion(by=By.SHIP_BY), Criterion(by=By.DISTANCE)))
    late = terms().model_copy(
        update={
            "sites": {
                "madrid": SiteHours(time_zone="Europe/Madrid", cutoffs={"standard": "14:00"}, handling_days=9),
                "lyon": SiteHours(time_zone="Europe/Paris", cutoffs={"standard": "14:00"}),
            }
        }
    )
    pool = told.pool(policy=SourcingPolicy(name="test", currency="EUR", rules=(rule,)), promises=late)
    pool.receives({"cup": 1}, "madrid")
    pool.receives({"cup": 1}, "lyon")
    assert [one.site for one in dated(pool.orders("o1", {"cup": 1})).shipments] == ["lyon"]


def test_dates_are_written_in_their_light_forms():
    assert has_light_form(Allocated)
    assert light(CanceledUnits) is not None
    assert not has_light_form(PromiseTerms), "it has checks of its own"
    assert lightened(terms()) == terms()


def test_a_quote_says_what_the_decision_says_when_nothing_came_between(told):
    pool = told.pool(promises=terms(capacity_a_day=1))
    pool.receives({"cup": 3}, "madrid")
    pool.receives({"pot": 1}, "lyon")
    pool.orders("o1", {"cup": 1})
    order = pool.order("o2", {"cup": 2, "pot": 1})
    basket = Basket(lines=({"sku": "cup", "quantity": 2}, {"sku": "pot", "quantity": 1}), country="ES")
    before = pool.table()
    asked = quote(pool.stock, basket, order.destination, at=pool.now, deliver_by=order.deliver_by)
    assert pool.table() == before, "asking changes nothing"
    kept = dated(pool.do(order))
    assert asked.promise == OrderPromise.model_validate_json(to_bytes(kept.promise))
    assert PromiseQuote.model_validate_json(asked.model_dump_json()) == asked
    assert [(one.site, one.promise.deliver_on) for one in asked.shipments] == [
        (one.site, one.promise.deliver_on) for one in kept.shipments
    ]
    assert asked.order_within_seconds == 4 * 3600  # at 10:00 in Madrid, of 14:00


def test_what_waits_is_told_by_its_supply(told):
    pool = told.pool(promises=terms())
    supply = ExpectedUnits(sku="cup", quantity=5, due_on=date(2026, 3, 10))
    pool.do(ExpectStock(pool=0, purchase_id="P1", site="madrid", lines=(supply,)))
    basket = Basket(lines=({"sku": "cup", "quantity": 2},), country="ES")
    order = pool.order("o1", {"cup": 2})
    asked = quote(pool.stock, basket, order.destination, at=pool.now, deliver_by=order.deliver_by)
    assert (asked.promise, asked.waits[0].expected_on, asked.waits[0].deliver_on) == (
        None,
        date(2026, 3, 10),
        date(2026, 3, 13),  # put away on the 10th, sent on the 11th
    )
    (expected,) = (event for event in pool.do(order) if isinstance(event, BackorderExpected))
    assert expected.lines[0].deliver_on == asked.waits[0].deliver_on
