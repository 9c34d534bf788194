"""Substitutes at the keeper: used where a line cannot be sent, if shop and order allow it, and always explained."""

import pytest

from schemas.backorders import Backordered
from schemas.kits import KitLines, KitPart
from schemas.policies import By, Criterion, Rule, SourcingPolicy, Unfilled
from schemas.reference import Substitute
from schemas.sourcing import LineSubstitutes, OrderTerms, SubstitutionAsked
from schemas.stock import Allocated, Stage

ALLOWED, REFUSED = SubstitutionAsked.ALLOWED, SubstitutionAsked.REFUSED
FREELY = Substitute(id="1", sku="cup", substitute="mug", rank=1)
ASKING = Substitute(id="2", sku="cup", substitute="glass", rank=2, consent=True)


@pytest.fixture(params=["without a policy", "with a policy"])
def shop(told, request):
    near = Rule(name="near", criteria=(Criterion(by=By.DISTANCE),))
    rules = SourcingPolicy(name="test", currency="EUR", rules=(near,)) if request.param == "with a policy" else None
    return told.pool(policy=rules, substitutes=(FREELY, ASKING))


def wants(shop, order_id, units, asked=None, kits=None):
    """An order; `asked` is what it says of its first line."""
    said = (LineSubstitutes(line_id="1", asked=asked),) if asked else None
    terms = OrderTerms(channel="web", currency="EUR", substitutes=said, kits=kits)
    return shop.do(shop.order(order_id, units).model_copy(update={"terms": terms}))


def sent(allocated):
    """By line: what of what, in place of what."""
    lines = [line for shipment in allocated.shipments for line in shipment.lines]
    return [(line.line_id, line.sku, line.quantity, line.instead_of) for line in lines]


def verdicts(fact):
    return {
        (one.line_id, seen.sku): seen.verdict for one in fact.explanation.substitutes or () for seen in one.candidates
    }


def test_a_sku_that_can_be_filled_is_never_replaced(shop, told):
    shop.receives({"cup": 2, "mug": 9})
    promised = told.one(wants(shop, "o1", {"cup": 2}), Allocated)
    assert sent(promised) == [("1", "cup", 2, None)]
    assert promised.explanation.substitutes is None
    assert b"instead_of" not in promised.to_bytes()


def test_a_line_that_cannot_be_filled_is_replaced_whole_and_says_by_what(shop, told):
    shop.receives({"cup": 1, "mug": 9})
    events = wants(shop, "o1", {"cup": 2, "pot": 1})
    assert sent(told.one(events, Allocated)) == [("1", "mug", 2, "cup")]
    assert verdicts(told.one(events, Allocated)) == {("1", "mug"): "used"}
    assert told.units(told.one(events, Backordered).lines) == {"2": 1}
    assert (shop.at("cup").free, shop.at("mug").free) == (1, 7)


def test_the_first_choice_is_looked_at_first_and_the_others_where_it_lacks(shop, told):
    shop.receives({"mug": 1, "glass": 5})
    promised = told.one(wants(shop, "o1", {"cup": 2}, ALLOWED), Allocated)
    assert sent(promised) == [("1", "glass", 2, "cup")]
    assert verdicts(promised) == {("1", "mug"): "1 free of 2", ("1", "glass"): "used"}


def test_without_the_customer_s_consent_what_needs_it_waits(shop, told):
    shop.receives({"glass": 5})
    waits = told.one(wants(shop, "o1", {"cup": 2}), Backordered)
    assert told.units(waits.lines) == {"1": 2}
    assert verdicts(waits) == {("1", "mug"): "0 free of 2", ("1", "glass"): "it needs the customer's consent"}


def test_an_order_that_refuses_substitutes_waits_as_before(shop, told):
    shop.receives({"mug": 9, "glass": 9})
    events = wants(shop, "o1", {"cup": 2}, REFUSED)
    assert not told.every(events, Allocated)
    assert set(verdicts(told.one(events, Backordered)).values()) == {"the order refuses substitutes"}
    assert told.one(events, Backordered).lines[0].sku == "cup"


def test_a_substitute_is_taken_from_no_other_line_of_the_order(shop, told):
    shop.receives({"mug": 3})
    events = wants(shop, "o1", [("cup", 2), ("mug", 3)])
    assert sent(told.one(events, Allocated)) == [("2", "mug", 3, None)]
    assert told.units(told.one(events, Backordered).lines) == {"1": 2}


def test_components_of_a_kit_are_not_replaced(shop, told):
    shop.receives({"mug": 9, "pot": 1})
    kit = KitLines(
        line_id="1", sku="tea", quantity=1, parts=(KitPart(line_id="1", quantity=1), KitPart(line_id="2", quantity=1))
    )
    assert not told.every(wants(shop, "o1", [("cup", 1), ("pot", 1)], ALLOWED, (kit,)), Allocated)


def test_an_order_of_all_or_nothing_is_replaced_only_where_it_lacks(told):
    queue = Rule(name="near", criteria=(Criterion(by=By.DISTANCE),), unfilled=Unfilled.QUEUE)
    policy = SourcingPolicy(name="test", currency="EUR", rules=(queue,))
    pot = Substitute(id="3", sku="pot", substitute="pan")
    shop = told.pool(policy=policy, substitutes=(FREELY, pot))
    shop.receives({"mug": 9, "pot": 1, "pan": 9})
    promised = told.one(wants(shop, "o1", {"cup": 2, "pot": 1}), Allocated)
    assert sent(promised) == [("1", "mug", 2, "cup"), ("2", "pot", 1, None)]


def test_a_substitute_is_sent_given_back_and_replayed_like_any_unit(shop):
    shop.receives({"mug": 5})
    wants(shop, "o1", {"cup": 3})
    shop.reaches("o1-1", Stage.SHIPPED, {"1": 1})
    shop.cancels("o1", {"1": 2}, shipment="o1-1")
    assert (shop.at("mug").free, shop.at("mug").on_hand, shop.all_of("cup")) == (4, 4, 0)
    assert shop.replayed().table() == shop.table()
