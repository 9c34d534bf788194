"""What holds whatever is asked and answered, in whatever order, however often."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from cauce.money import Money
from schemas.changing import ChangeRefused, ChangeRequested
from schemas.orders import Charge, OrderChanged, OrderPlaced

QUANTITIES = st.tuples(st.integers(1, 7), st.integers(0, 1000))
ORDERS = st.tuples(st.lists(QUANTITIES, min_size=1, max_size=4), st.integers(-200, 500))
REQUESTS = st.lists(st.frozensets(st.integers(1, 4)), min_size=1, max_size=6)


def sold(channel, lines, postage):
    """An order of these lines and this postage, worth no less than nothing."""
    worth = sum(amount for _, amount in lines)
    charge = Charge(code="postage", amount=Money(amount=max(postage, -worth), currency="GBP"))
    return channel.with_lines(*lines, charges=(charge,))


def stopped(requested, data):
    """What fulfillment happens to stop of a request."""
    return {line.line_id: data.draw(st.integers(0, line.quantity)) for line in requested.lines}


def live(channel, begin, order, requests, data):
    """A story in which some requests are answered before the next is made; with it, everything it was told."""
    story, told, waiting = begin(), [channel.take(order)], []
    story.tell(told[0])
    for number, line_numbers in enumerate(requests):
        command = channel.cancel(*(str(n) for n in sorted(line_numbers)), request_id=f"request-{number}")
        told.append(command)
        waiting += [event for event in story.tell(command) if isinstance(event, ChangeRequested)]
        while waiting and data.draw(st.booleans()):
            told.append(answer(channel, waiting.pop(data.draw(st.integers(0, len(waiting) - 1))), data))
            story.tell(told[-1])
    return story, told, waiting


def answer(channel, requested, data):
    return channel.answer(stopped(requested, data), request_id=requested.request_id)


def canceled(story):
    units = Counter()
    for event in story.said(OrderChanged):
        for line in event.canceled:
            units[line.line_id] += line.quantity
    return units


@given(ORDERS, REQUESTS, st.data())
@settings(max_examples=150, deadline=None)
def test_units_and_money_are_conserved_and_every_request_ends_once(channel, begin, goods, requests, data):
    lines, postage = goods
    story, told, waiting = live(channel, begin, sold(channel, lines, postage), requests, data)
    for requested in waiting:
        told.append(answer(channel, requested, data))
        story.tell(told[-1])
    (placed,) = story.said(OrderPlaced)
    changes = story.said(OrderChanged)
    units = canceled(story)
    assert all(units[str(number)] <= quantity for number, (quantity, _) in enumerate(lines, start=1))
    total, taken_off = placed.amount().amount, sum(change.taken_off.amount for change in changes)
    assert 0 <= taken_off <= total
    assert all(change.taken_off.amount >= 0 for change in changes)
    assert all(change.amount.amount >= 0 for change in changes)
    if changes:
        assert changes[-1].amount.amount == total - taken_off
    whole = sum(units.values()) == sum(quantity for quantity, _ in lines)
    assert [change.whole for change in changes] == [False] * (len(changes) - 1) + [whole] * bool(changes)
    if whole:
        assert taken_off == total
    assert [change.version for change in changes] == list(range(2, len(changes) + 2))
    ended = [event.request_id for event in story.events if isinstance(event, OrderChanged | ChangeRefused)]
    assert sorted(ended) == sorted(f"request-{number}" for number in range(len(requests)))


@given(ORDERS, REQUESTS, st.data())
@settings(max_examples=100, deadline=None)
def test_what_comes_again_adds_nothing(channel, begin, goods, requests, data):
    story, told, _ = live(channel, begin, sold(channel, *goods), requests, data)
    again = begin()
    for number, command in enumerate(told):
        again.tell(command)
        assert again.tell(*told[data.draw(st.integers(0, number)) : number + 1]) == ()
    assert (again.events, again.order) == (story.events, story.order)


@given(ORDERS, st.lists(st.integers(1, 4), min_size=1, max_size=4, unique=True), st.data())
@settings(max_examples=100, deadline=None)
def test_in_whatever_order_answers_come_the_order_ends_the_same(channel, begin, goods, line_numbers, data):
    commands = [channel.take(sold(channel, *goods))]
    commands += [channel.cancel(str(number), request_id=f"request-{number}") for number in line_numbers]
    one = begin()
    one.tell(*commands)
    answers = [answer(channel, requested, data) for requested in one.said(ChangeRequested)]
    other = begin()
    other.tell(*commands, *data.draw(st.permutations(answers)))
    one.tell(*answers)
    assert one.order == other.order
    assert canceled(one) == canceled(other)
    paid_back = [sum(change.taken_off.amount for change in story.said(OrderChanged)) for story in (one, other)]
    assert paid_back[0] == paid_back[1]


@given(ORDERS, st.data())
@settings(max_examples=100, deadline=None)
def test_a_row_is_read_back_as_it_was(channel, begin, encoded, goods, data):
    story, _, _ = live(channel, begin, sold(channel, *goods), data.draw(REQUESTS), data)
    decode, value = encoded(story)
    assert decode(value).state == story.order
