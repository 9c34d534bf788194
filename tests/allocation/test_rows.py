"""How rows are written, and in what order the queue is read."""

from hypothesis import given
from hypothesis import strategies as st

from schemas.stock import Stage
from services.allocation.domain import rows
from services.allocation.domain.rows import KINDS, LineUnits, OpenShipment, Order, Position, Queued, Spread

UNITS = st.integers(min_value=0, max_value=10**9)
SKUS = st.text(min_size=1, max_size=64).filter(lambda text: text.isprintable() or "\x1f" in text)
LINES = st.builds(LineUnits, st.text(max_size=3), SKUS, UNITS, UNITS, UNITS)
SHIPMENTS = st.builds(OpenShipment, UNITS, st.text(max_size=9), st.sampled_from(Stage), st.tuples(LINES, LINES))
ORDERS = st.builds(
    Order,
    st.booleans(),
    UNITS,
    UNITS,
    st.tuples(SHIPMENTS),
    st.tuples(UNITS),
    st.tuples(st.tuples(st.text(max_size=3), UNITS)),
)


def written(kind, row):
    return KINDS[kind].decode(KINDS[kind].encode(row))


POSITION = st.builds(Position, UNITS, UNITS, UNITS, UNITS, UNITS, UNITS)


@given(st.dictionaries(st.text(max_size=9), POSITION, max_size=5))
def test_the_positions_of_a_sku_read_as_they_were_written(positions):
    row = Spread.of(positions)
    assert written(rows.POSITIONS, row) == row
    turned = Spread.of(dict(reversed(positions.items())))
    assert KINDS[rows.POSITIONS].encode(turned) == KINDS[rows.POSITIONS].encode(row), "whatever site came first"


@given(st.dictionaries(st.text(max_size=9), POSITION, max_size=5), st.text(max_size=9), POSITION)
def test_another_position_at_a_site_is_free_there_too(positions, site, position):
    assert Spread.of(positions).having(site, position) == Spread.of({**positions, site: position})


@given(ORDERS)
def test_an_order_reads_as_it_was_written(row):
    again = written(rows.ORDERS, row)
    assert again == row
    assert all(isinstance(shipment.stage, Stage) for shipment in again.open)


@given(st.builds(Queued, st.text(max_size=9), st.text(max_size=3), UNITS))
def test_a_turn_reads_as_it_was_written(row):
    assert written(rows.QUEUE, row) == row


def test_what_waits_reads_as_it_was_written(pool):
    pool.orders("o1", {"cup": 2, "pot": 1})
    waiting = pool.stock.waiting("o1")
    assert written(rows.WAITING, waiting) == waiting


def test_marks_and_counters_read_as_they_were_written():
    assert written(rows.SEEN, rows.SEEN_MARK) is not None
    assert written(rows.COUNTERS, 12) == 12


TURNS = st.tuples(SKUS, st.integers(1, 10**9), st.integers(0, 1999))


@given(TURNS, TURNS)
def test_turns_of_a_sku_lie_in_its_range_by_number_and_no_other_skus_do(one, other):
    start, stop = rows.queue_range(one[0])
    inside = start.encode() <= rows.queue_key(*other).encode() < stop.encode()
    assert inside == (one[0] == other[0])
    if inside:
        assert (rows.queue_key(*one).encode() < rows.queue_key(*other).encode()) == (one[1:] < other[1:])


def test_an_order_that_left_takes_a_few_bytes_for_ever(pool):
    pool.receives({"cup": 5})
    pool.orders("o1", {"cup": 5})
    pool.reaches("o1-1", Stage.SHIPPED, {"1": 5})
    assert len(KINDS[rows.ORDERS].encode(pool.stock.order("o1"))) < 20
