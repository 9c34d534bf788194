"""Whatever order the world keeps, and however often it says a thing: the same end, and every unit accounted for."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.changing import ChangeAnswered
from schemas.shipments import ParcelShipped, ShipmentException, WarehouseWork
from services.fulfillment.domain import OrderShipments, evolve, initial
from services.fulfillment.domain.state import InParcel, InWork

unhurried = settings(deadline=None)  # a busy machine is no failure
ALLOCATED = {1: {"1": 3, "2": 1}, 2: {"1": 2}, 3: {"2": 2}}
UNITS = Counter({"1": 5, "2": 3})
STEPS = st.tuples(
    st.sampled_from(["picked", "packed", "handed_over", "in_transit", "delivered", "lost"]), st.sampled_from([1, 2, 3])
)


def units_of(lines):
    units = Counter()
    for line in lines:
        units[line.line_id] += line.quantity
    return units


def command_of(warehouse, step, number, revision=1):
    if step in ("picked", "packed", "handed_over"):
        return warehouse.scan(step, number, revision=revision)
    return warehouse.carrier(step, number)


def effects(story):
    """What was said but for exceptions, which tell of the order of arrival."""
    return {event.to_bytes() for event in story.events if not isinstance(event, ShipmentException)}


@unhurried
@given(data=st.data())
def test_scans_and_carrier_events_in_any_order_end_in_the_same_parcels(warehouse, begin, data):
    steps = data.draw(st.lists(STEPS, unique=True))
    arrivals = data.draw(
        st.permutations([*steps, *data.draw(st.lists(st.sampled_from(steps)) if steps else st.just([]))])
    )
    ends = []
    for told in (steps, arrivals):
        story = begin()
        story.tell(warehouse.allocate(ALLOCATED), *(command_of(warehouse, *step) for step in told))
        ends.append((story.order.model_copy(update={"noticed": ()}), effects(story)))
    assert ends[0] == ends[1]


def commands(warehouse):
    """Anything that can reach an order, with revisions that were read off any screen, old or new."""
    requests = st.sampled_from([{"1": 5}, {"2": 3}, {"1": 5, "2": 3}])
    return st.one_of(
        st.sampled_from(
            [warehouse.allocate({1: ALLOCATED[1], 2: ALLOCATED[2]}), warehouse.allocate({3: ALLOCATED[3]})]
        ),
        st.builds(
            lambda step, revision: command_of(warehouse, *step, revision=revision), STEPS, st.sampled_from([1, 2, 3])
        ),
        st.builds(
            lambda units, request_id: warehouse.cancel(units, request_id=f"{request_id}/{'-'.join(units)}"),
            requests,
            st.sampled_from("ab"),
        ),
    )


@unhurried
@given(data=st.data())
def test_every_unit_is_stopped_or_shipped_or_worked_on_and_none_twice(warehouse, begin, data):
    story = begin()
    story.tell(*data.draw(st.lists(commands(warehouse), max_size=30)))
    allocated, stopped, shipped, open_ = Counter(), Counter(), Counter(), Counter()
    for number, units in ALLOCATED.items():
        if warehouse.shipment_id(number) in story.order.shipments:
            allocated += Counter(units)
    for event in story.said(WarehouseWork):
        stopped += units_of(event.stopped)
    for event in story.said(ParcelShipped):
        shipped += units_of(event.lines)
    for shipment in story.order.shipments.values():
        if isinstance(shipment, InWork) or (isinstance(shipment, InParcel) and not shipment.shipped):
            open_ += units_of(shipment.lines)
    assert allocated == stopped + shipped + open_


@unhurried
@given(data=st.data())
def test_what_was_answered_as_canceled_is_what_was_stopped_and_never_more_than_was_ordered(warehouse, begin, data):
    story = begin()
    story.tell(*data.draw(st.lists(commands(warehouse), max_size=30)))
    answered = Counter()
    for answer in story.said(ChangeAnswered):
        answered += units_of(answer.canceled)
    stopped = Counter(story.order.unclaimed)
    for event in story.said(WarehouseWork):
        stopped += units_of(event.stopped)
    assert answered == stopped
    assert answered == Counter(story.order.canceled)
    assert answered <= UNITS


@unhurried
@given(data=st.data())
def test_a_stopped_unit_never_ships(warehouse, begin, data):
    story = begin()
    story.tell(*data.draw(st.lists(commands(warehouse), max_size=30)))
    last = {event.shipment_id: event for event in story.said(WarehouseWork)}
    for event in story.said(ParcelShipped):
        assert event.lines == last[event.shipment_id].lines


@unhurried
@given(data=st.data())
def test_handling_everything_again_adds_no_fact(warehouse, begin, data):
    story = begin()
    told = data.draw(st.lists(commands(warehouse), max_size=30))
    story.tell(*told)
    before = len(story.events)
    story.tell(*told)
    assert len(story.events) == before


@unhurried
@given(data=st.data())
def test_the_row_is_the_fold_of_the_facts_and_survives_being_written(warehouse, begin, data):
    story = begin()
    story.tell(*data.draw(st.lists(commands(warehouse), max_size=30)))
    folded = initial(warehouse.order_id)
    for event in story.events:
        folded = evolve(folded, type(event).read(event.to_bytes()))
    assert folded == story.order
    assert OrderShipments.model_validate_json(folded.model_dump_json(exclude_defaults=True)) == folded
