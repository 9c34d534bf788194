"""Facts of an order reach the front in any order that causes allow, and again: the stock ends up the same."""

from hypothesis import given
from hypothesis import strategies as st

from schemas.shipments import ParcelPacked, ParcelShipped, WorkPicked

STOCK = {"madrid": {"cup": 5}, "lyon": {"pot": 2, "jug": 1}}
ORDER = {"cup": 5, "pot": 2, "jug": 3}


def facts_of(front):
    """Five cups are picked, two are canceled then, three are sent; the pots are canceled before anybody packs them.

    Two jugs wait and are canceled. One is sent from Lyon with nothing said before it was gone.
    """
    return {
        "anytime": [front.changed(3, {"2": 2}), front.changed(4, {"3": 2}), front.returned("RR-1")],
        "promised": [
            front.changed(2, {"1": 2}, "o1-1"),
            front.parcel(WorkPicked, "o1-1", {"1": 5}),
            front.parcel(ParcelPacked, "o1-1", {"1": 3}),
            front.parcel(ParcelShipped, "o1-1", {"1": 3}),
            front.parcel(ParcelShipped, "o1-2", {"3": 1}),
        ],
    }


def after(facts, told, new_front):
    """A pool after these facts, each carried from the front to the keeper."""
    pool, front = told.pool(), new_front()
    for site, units in STOCK.items():
        pool.receives(units, site)
    for fact in facts:
        for command in front.hear(fact):
            pool.do(command)
    return pool


def known(pool):
    """All rows, without the order's counts of decisions and shipments, which tell the way it went."""
    table = pool.table()
    orders = {key: (row.reserved, row.open, row.versions, row.ahead) for key, row in table["orders"].items()}
    return table | {"orders": orders, "counters": {}}


@given(st.data())
def test_any_order_of_arrival_leaves_the_same_stock(told, new_front, data):
    facts = facts_of(new_front)
    placed = new_front.placed(ORDER)
    straight = after([placed, *facts["promised"], *facts["anytime"]], told, new_front)
    before = data.draw(st.lists(st.sampled_from(facts["anytime"])))
    behind = data.draw(st.permutations([placed, *facts["promised"] * 2, *facts["anytime"]]))
    assert known(after([*before, placed, *behind], told, new_front)) == known(straight)


def test_the_end_of_that_story(told, new_front):
    facts = facts_of(new_front)
    pool = after([new_front.placed(ORDER), *facts["promised"], *facts["anytime"]], told, new_front)
    assert pool.at("cup")[:2] == (2, 2)
    assert pool.at("pot", "lyon")[:2] == (2, 2)
    assert pool.at("jug", "lyon").on_hand == 0
    assert pool.stock.order("o1").open == ()
    assert pool.stock.waiting("o1") is None
