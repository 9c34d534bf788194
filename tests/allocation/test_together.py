"""Kits at the keeper: sent whole from one site, waiting whole, and told to channels as whole ones."""

import pytest

from schemas.backorders import Backordered
from schemas.counts import CountedUnits, OpenCount, ReportCount
from schemas.failures import Failing, ResourceUnits, SourceFailed
from schemas.kits import KitComponent, KitLines, KitPart, SoldKit
from schemas.levels import StockLevel
from schemas.light import declared, lightened
from schemas.policies import By, Criterion, Rule, SourcingPolicy, Unfilled
from schemas.reference import Safety
from schemas.sourcing import OrderTerms
from schemas.stock import Allocated, DemandLine
from services.allocation.domain.front import decide

TEA = (
    KitComponent(id="tea-1", kit="tea", component="pot", quantity=1, share=2),
    KitComponent(id="tea-2", kit="tea", component="cup", quantity=2, share=1),
)
RULES = {rule: Rule(name="near", criteria=(Criterion(by=By.DISTANCE),), unfilled=rule) for rule in Unfilled}


def policy(unfilled):
    return SourcingPolicy(id="sourcing", name="test", currency="EUR", rules=(RULES[unfilled],))


@pytest.fixture(params=["without a policy", "with a policy"])
def shop(told, request):
    rules = policy(Unfilled.PART_SHIP) if request.param == "with a policy" else None
    return told.pool(policy=rules)


def kit(line_id, kits, *parts):
    return KitLines(
        line_id=line_id,
        sku="tea",
        quantity=kits,
        parts=tuple(KitPart(line_id=name, quantity=units) for name, units in parts),
    )


def wants(shop, order_id, units, *kits):
    """An order of lines, of which some are kits."""
    terms = OrderTerms(channel="web", currency="EUR", kits=kits)
    return shop.do(shop.order(order_id, units).model_copy(update={"terms": terms}))


def two_kits(shop, order_id, kits=2):
    return wants(shop, order_id, [("pot", kits), ("cup", 2 * kits)], kit("1", kits, ("1", 1), ("2", 2)))


def test_a_kit_comes_from_one_site_where_each_component_is_nearer_alone(shop, told):
    shop.receives({"pot": 5, "cup": 1})
    shop.receives({"pot": 1, "cup": 9}, site="lyon")
    shop.receives({"pot": 1, "cup": 2}, site="berlin")
    events = two_kits(shop, "o1")
    assert told.shipments(told.one(events, Allocated)) == {"lyon": {"1": 1, "2": 2}, "berlin": {"1": 1, "2": 2}}


def test_a_kit_that_no_site_has_whole_waits_whole(shop, told):
    shop.receives({"pot": 5, "cup": 1})
    shop.receives({"cup": 9}, site="lyon")
    events = two_kits(shop, "o1")
    assert told.units(told.one(events, Backordered).lines) == {"1": 2, "2": 4}
    assert not told.every(events, Allocated)


def test_the_decision_says_how_many_whole_kits_each_site_had(shop, told):
    shop.receives({"pot": 5, "cup": 3})
    shop.receives({"cup": 9}, site="lyon")
    events = two_kits(shop, "o1")
    (said,) = told.one(events, Allocated).explanation.kits
    assert (said.sku, said.quantity, [(one.site, one.kits) for one in said.sites]) == ("tea", 2, [("madrid", 1)])


def test_other_lines_of_the_order_take_what_kits_leave_them(shop, told):
    shop.receives({"pot": 1, "cup": 4})
    events = wants(shop, "o1", [("pot", 1), ("cup", 2), ("cup", 3)], kit("1", 1, ("1", 1), ("2", 2)))
    assert told.shipments(told.one(events, Allocated)) == {"madrid": {"1": 1, "2": 2, "3": 2}}
    assert told.units(told.one(events, Backordered).lines) == {"3": 1}


def test_a_kit_that_waits_is_served_when_its_last_component_comes(shop, told):
    two_kits(shop, "o1")
    assert not told.every(shop.receives({"cup": 9}), Allocated)
    assert not told.every(shop.receives({"pot": 2}, site="lyon"), Allocated)
    events = shop.receives({"pot": 2})
    assert told.shipments(told.one(events, Allocated)) == {"madrid": {"1": 2, "2": 4}}
    assert shop.stock.waiting("o1") is None


def test_a_kit_waits_for_its_turn_at_each_component(shop, told):
    shop.orders("o1", {"cup": 6})
    two_kits(shop, "o2", kits=1)
    shop.receives({"pot": 5})
    assert not told.every(shop.receives({"cup": 4}), Allocated)
    first, second = told.every(shop.receives({"cup": 4}), Allocated)
    assert [first.order_id, second.order_id] == ["o1", "o2"]


def test_who_was_behind_a_kit_comes_forward_with_it(shop, told):
    two_kits(shop, "o1", kits=1)
    shop.orders("o2", {"cup": 3})
    assert not told.every(shop.receives({"cup": 5}), Allocated)
    first, second = told.every(shop.receives({"pot": 1}), Allocated)
    assert [first.order_id, second.order_id] == ["o1", "o2"]


def test_two_kits_of_one_order_do_not_wait_for_each_other(shop, told):
    wants(
        shop,
        "o1",
        [("pot", 1), ("cup", 1), ("cup", 1), ("pot", 1)],
        kit("1", 1, ("1", 1), ("3", 1)),
        kit("2", 1, ("2", 1), ("4", 1)),
    )
    shop.receives({"cup": 2})
    served = told.every(shop.receives({"pot": 2}), Allocated)
    assert {name for one in served for name in told.shipments(one)["madrid"]} == {"1", "2", "3", "4"}


def test_a_canceled_kit_gives_back_all_of_it(shop):
    shop.receives({"pot": 2, "cup": 4})
    two_kits(shop, "o1")
    shop.cancels("o1", {"1": 1, "2": 2}, shipment="o1-1")
    assert (shop.at("pot").free, shop.at("cup").free) == (1, 2)


@pytest.mark.parametrize("unfilled", [Unfilled.BACKORDER, Unfilled.QUEUE])
def test_a_rule_that_sends_no_parts_of_a_line_sends_none_of_the_kits(told, unfilled):
    shop = told.pool(policy=policy(unfilled))
    shop.receives({"pot": 1, "cup": 9})
    assert told.units(told.one(two_kits(shop, "o1"), Backordered).lines) == {"1": 2, "2": 4}


def test_the_rows_of_a_pool_with_kits_are_their_events(shop):
    shop.receives({"pot": 1, "cup": 9})
    two_kits(shop, "o1")
    shop.receives({"pot": 1})
    assert shop.replayed().table() == shop.table()


def levels(events):
    found = [event for event in events if isinstance(event, StockLevel)]
    return {event.sku: {one.channel: one.available for one in event.channels} for event in found}


def test_channels_are_told_how_many_whole_kits_there_are(told):
    shop = told.pool(kits=TEA)
    assert levels(shop.receives({"pot": 3})) == {"pot": {"": 3}, "tea": {"": 0}}
    assert levels(shop.receives({"cup": 5})) == {"cup": {"": 5}, "tea": {"": 2}}
    assert levels(shop.receives({"cup": 9}, site="lyon")) == {"cup": {"": 14}}
    assert levels(two_kits(shop, "o1", kits=1)) == {"pot": {"": 2}, "cup": {"": 12}, "tea": {"": 1}}


def test_what_is_kept_from_a_channel_is_in_none_of_its_kits(told):
    kept = Safety(id="1", sku="cup", channel="market", units=4)
    shop = told.pool(kits=TEA, safety=(kept,))
    shop.receives({"pot": 3})
    assert levels(shop.receives({"cup": 6}))["tea"] == {"": 3, "market": 1}


def fails(shop, failed, along, *, site="madrid", failing=Failing.SHORT, name="F1"):
    """A site fails units of the first shipment of o1; what it had of the same kits comes along."""
    order = shop.order("o1", {"pot": 1})

    def lines(units):
        skus = {"1": "pot", "2": "cup"}
        return tuple(DemandLine(line_id=line, sku=skus[line], quantity=count) for line, count in units.items())

    return shop.do(
        ResourceUnits(
            pool=0,
            order_id="o1",
            order_number=order.order_number,
            shipment_id="o1-1",
            failure_id=name,
            failing=failing,
            site=site,
            lines=lines(failed),
            along=lines(along),
            customer=order.customer,
            destination=order.destination,
            ship_option=order.ship_option,
            deliver_by=order.deliver_by,
            terms=OrderTerms(channel="web", currency="EUR", kits=(kit("1", 2, ("1", 1), ("2", 2)),)),
        )
    )


def test_promised_lines_name_the_kit_that_they_are_of(shop, told):
    shop.receives({"pot": 5, "cup": 9})
    (shipment,) = told.one(two_kits(shop, "o1"), Allocated).shipments
    assert [(line.sku, line.kit, line.in_kit) for line in shipment.lines] == [("pot", "1", 1), ("cup", "1", 2)]


def test_a_kit_of_which_a_site_fails_a_part_comes_whole_from_another(shop, told):
    shop.receives({"pot": 2, "cup": 4})
    shop.receives({"pot": 9}, site="lyon")
    shop.receives({"pot": 1, "cup": 2}, site="berlin")
    two_kits(shop, "o1")
    events = fails(shop, {"1": 1}, {"2": 2})
    assert told.shipments(told.one(events, Allocated)) == {"berlin": {"1": 1, "2": 2}}
    assert told.one(events, SourceFailed).along == ("2",)
    assert (shop.at("cup").free, shop.at("cup").reserved, shop.at("pot").on_hand) == (2, 2, 1)
    assert "madrid" not in shop.stock.failures("o1").sites.get("2", {})
    assert shop.replayed().table() == shop.table()


def test_a_kit_that_no_other_site_has_whole_waits_whole_and_comes_whole(shop, told):
    shop.receives({"pot": 2, "cup": 4})
    shop.receives({"cup": 9}, site="lyon")
    two_kits(shop, "o1")
    waits = told.one(fails(shop, {"1": 1}, {"2": 2}), Backordered)
    assert (told.units(waits.lines), waits.resourced) == ({"1": 1, "2": 2}, True)
    served = told.one(shop.receives({"pot": 1}, site="lyon"), Allocated)
    assert told.shipments(served) == {"lyon": {"1": 1, "2": 2}}
    assert shop.replayed().table() == shop.table()


def test_the_front_remembers_what_belongs_together_for_what_its_site_fails(new_front):
    front = new_front()
    (reserve,) = front.hear(front.placed({"pot": 1, "cup": 2}))
    assert front.state.terms is None
    placed = front.placed({"pot": 1, "cup": 2})
    sold = golden_kit(placed)
    front = new_front()
    (reserve,) = front.hear(placed.model_copy(update={"kits": (sold,)}))
    failed = ResourceUnits(
        pool=0,
        order_id="o1",
        order_number="1",
        shipment_id="o1-1",
        failure_id="F1",
        failing=Failing.SHORT,
        site="madrid",
        lines=(DemandLine(line_id="1", sku="pot", quantity=1),),
        customer=reserve.customer,
        destination=reserve.destination,
        ship_option=reserve.ship_option,
        deliver_by=reserve.deliver_by,
    )
    (sent,) = decide(front.state, lightened(failed))
    assert declared(sent).terms == reserve.terms
    assert type(front.state).model_validate_json(front.state.model_dump_json()) == front.state


def golden_kit(placed):
    money = placed.lines[0].amount
    parts = (KitPart(line_id="1", quantity=1), KitPart(line_id="2", quantity=2))
    return SoldKit(
        line_id="1", sku="tea", quantity=1, parts=parts, unit_price=money, amount=money, tax=money, version="v"
    )


def test_what_a_count_missed_of_a_damaged_kit_is_nowhere_once_it_comes_along(shop):
    shop.receives({"pot": 1, "cup": 2})
    two_kits(shop, "o1", kits=1)
    shop.do(OpenCount(pool=0, count_id="C", site="madrid", skus=("cup",)))
    counted = (CountedUnits(sku="cup", counted=1),)
    shop.do(ReportCount(pool=0, report_id="C", count_id="C", site="madrid", lines=counted))
    fails(shop, {"1": 1}, {"2": 2}, failing=Failing.DAMAGED)
    assert (shop.at("cup").on_hand, shop.at("cup").free, shop.at("pot").quarantined) == (1, 1, 1)
    assert "missing" not in shop.table()
    assert shop.replayed().table() == shop.table()
