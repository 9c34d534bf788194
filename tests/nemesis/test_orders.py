"""What the customers of a run order: the seed's alone, and readable by the doors."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from cauce.runtime.doors.foreign import read_form
from chaos.world import orders
from schemas.raw import RawTopic
from schemas.reference import Kind

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SEEDS, NUMBERS = st.integers(0, 10**6), st.integers(0, 10**5)


def sent(form):
    return form.model_dump_json(exclude_none=True).encode()


@given(SEEDS, NUMBERS)
def test_a_seed_and_a_number_give_the_same_order_and_the_same_whims(seed, number):
    order = orders.order_of(seed, number, AT)
    assert order == orders.order_of(seed, number, AT)
    assert orders.whims_of(seed, order) == orders.whims_of(seed, order)


@given(SEEDS, NUMBERS)
def test_the_door_reads_every_form(seed, number):
    order = orders.order_of(seed, number, AT)
    for form in (order, orders.differing(order), orders.cancellation(order.order, (1,))):
        assert read_form(RawTopic.CHANNEL_ORDERS, sent(form)) == form
    for receipt in (*orders.opening(2), orders.supply(number), orders.last_supply()):
        assert read_form(RawTopic.STOCK_REPORTS, sent(receipt)) == receipt


@given(SEEDS, NUMBERS)
def test_what_is_paid_in_parts_is_the_whole(seed, number):
    order = orders.order_of(seed, number, AT)
    parts = orders.amounts(seed, order)
    assert sum(parts) == sum(line.amount for line in order.lines)
    assert min(parts) > 0


@given(SEEDS, st.integers(0, 50))
def test_a_round_has_several_orders_of_different_names_for_one_unit_that_exists(seed, number):
    several = orders.contenders(seed, number, AT)
    assert 2 <= len({order.order for order in several}) == len(several) <= orders.MOST_CONTENDERS
    sku = orders.last_unit(number)
    assert {line.sku for order in several for line in order.lines} == {sku}
    there = [line for receipt in orders.opening(number + 1) for line in receipt.lines if line.sku == sku]
    assert [line.quantity for line in there] == [1]


def test_most_goods_are_known_and_some_orders_name_others():
    known = {product.id for product in orders.reference(1)[Kind.PRODUCTS]}
    named = [{line.sku for line in orders.order_of(1, number, AT).lines} for number in range(1000)]
    strange = sum(1 for skus in named if not skus <= known)
    assert 0 < strange < 50
