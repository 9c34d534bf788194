"""What a unit of work promises: savepoints, order, and results that do not depend on where batches begin and end."""

import json

import pytest
from aiokafka.errors import KafkaConnectionError
from hypothesis import given, settings
from hypothesis import strategies as st

from cauce.runtime.engine.offline import OfflineTenure
from cauce.runtime.engine.stores import StoreFailed
from cauce.runtime.engine.undecidable import BreakerTripped, Undecided
from cauce.runtime.engine.work import MAX_KEY_BYTES, MAX_VALUE_BYTES, UnitOfWork
from cauce.runtime.lane import Lane, Misfit, Record, Table, Unprocessable

COUNTS = Table("counts", encode=lambda n: b"%d" % n, decode=int, cached=2)
NAMES = Table("names", encode=str.encode, decode=bytes.decode)


def count(record, work):
    work.put(COUNTS, record.key, (work.get(COUNTS, record.key) or 0) + 1)
    work.send("out", record.key, record.value, [])
    if record.value.startswith(b"!"):
        raise Unprocessable("poison")


def lane(handler=count, **given):
    return Lane("app", "a", ("x", "y"), ("out",), (COUNTS, NAMES), handler, **given)


def record(offset, key=b"a", value=b"1", topic="x"):
    return Record(topic, 0, offset, key, value, ())


def unit(declared=None):
    tenure = OfflineTenure(declared or lane(), 0)
    return UnitOfWork(tenure.lane, 0, tenure.rows, tenure.standing), tenure


def test_an_undecidable_record_leaves_no_trace_but_its_parked_copy():
    tenure = OfflineTenure(lane(), 0)
    out = tenure.decide([record(0, b"a"), record(1, b"b", b"!2"), record(2, b"c")])
    assert [(o.topic, o.value) for o in out] == [("out", b"1"), ("app-parked", b"!2"), ("out", b"1")]
    assert tenure.tables()["counts"] == {b"a": b"1", b"c": b"1"}


def test_a_savepoint_restores_what_earlier_records_of_the_batch_put():
    def handler(record, work):
        work.put(COUNTS, b"k", record.offset)
        work.put(COUNTS, b"k", record.offset + 100)
        if record.value == b"!":
            raise Unprocessable("poison")

    tenure = OfflineTenure(lane(handler), 0)
    tenure.decide([record(7), record(8, value=b"!")])
    assert tenure.tables()["counts"] == {b"k": b"107"}


STEPS = st.lists(
    st.tuples(st.sampled_from([b"a", b"b", b"c", b"d"]), st.sampled_from([b"1", b"2", b"!3"])), max_size=40
)


@given(STEPS, st.lists(st.integers(1, 7), min_size=1, max_size=40))
def test_results_do_not_depend_on_where_batches_begin_and_end(steps, sizes):
    records = [record(offset, key, value) for offset, (key, value) in enumerate(steps)]
    whole, parts = OfflineTenure(lane(breaker=99), 0), OfflineTenure(lane(breaker=99), 0)
    expected, found, left = whole.decide(records) if records else [], [], list(records)
    while left:
        size = sizes[len(left) % len(sizes)]
        found += parts.decide(left[:size])
        parts.restart()
        left = left[size:]
    assert (found, parts.tables()) == (expected, whole.tables())


KEYS = st.binary(max_size=2)
ROWS = st.lists(st.tuples(KEYS, st.none() | st.integers(0, 9)), max_size=12)


@given(ROWS, ROWS, ROWS, KEYS, KEYS)
@settings(max_examples=300)
def test_a_scan_sees_committed_rows_and_own_puts_in_key_order(committed, undone, put, start, stop):
    def script(record, work):
        for key, row in (committed, undone, put)[record.offset]:
            work.put(COUNTS, key, row)
            list(work.scan(COUNTS, b"", b"\xff"))
        if record.offset == 1:
            raise Unprocessable("poison")

    model = dict(committed) | dict(put)
    tenure = OfflineTenure(lane(script), 0)
    tenure.decide([record(0, b"k0")])
    work = UnitOfWork(tenure.lane, 0, tenure.rows, tenure.standing)
    work.decide([record(1, b"k1"), record(2, b"k2")])
    seen = list(work.scan(COUNTS, start, stop))
    assert seen == sorted((key, row) for key, row in model.items() if row is not None and start <= key < stop)


def test_a_scan_shows_the_rows_as_of_the_call_while_the_handler_deletes_them():
    work, _ = unit()
    for number in range(5):
        work.put(COUNTS, b"%d" % number, number)
    for key, _ in work.scan(COUNTS, b"0", b"4"):
        work.put(COUNTS, b"%d" % (int(key) + 1), None)
    assert list(work.scan(COUNTS, b"", b"~")) == [(b"0", 0)]


def test_rows_forgotten_by_the_cache_are_decoded_again():
    tenure = OfflineTenure(lane(), 0)
    for number in range(30):
        tenure.decide([record(number, b"k%d" % (number % 10))])
    assert tenure.tables()["counts"] == {b"k%d" % number: b"3" for number in range(10)}


def test_so_many_undecidable_records_in_a_row_stop_the_worker_even_over_restarts():
    tenure = OfflineTenure(lane(breaker=3), 0)
    tenure.decide([record(0, b"a", b"!"), record(1, b"b", b"!")])
    tenure.restart()
    with pytest.raises(BreakerTripped, match=r"3 records in a row.*poison"):
        tenure.decide([record(2, b"c", b"!")])


def test_a_decided_record_ends_the_row_of_failures():
    tenure = OfflineTenure(lane(breaker=3), 0)
    for offset in range(12):
        tenure.decide([record(offset, b"%d" % offset, b"1" if offset % 3 == 2 else b"!")])
    assert tenure.standing.streak == 0


@pytest.mark.parametrize("fault", [OSError("disk"), KafkaConnectionError(), MemoryError(), StoreFailed("disk")])
def test_a_failure_of_the_world_parks_nothing(fault):
    def handler(_record, _work):
        raise fault

    with pytest.raises(type(fault)):
        OfflineTenure(lane(handler), 0).decide([record(0)])


def test_a_bug_parks_the_record_with_the_type_of_the_error_and_no_payload():
    def handler(_record, _work):
        raise KeyError("12 Rose Lane, Springfield")

    [parked] = OfflineTenure(lane(handler), 0).decide([record(0)])
    assert dict(parked.headers)["parked-reason"] == b"KeyError"


def test_a_lane_that_does_not_park_stops_at_an_undecidable_record():
    with pytest.raises(Undecided, match="x/0: poison"):
        OfflineTenure(lane(parks=False), 0).decide([record(0, value=b"!")])


def test_an_output_that_the_lane_does_not_declare_stops_the_worker():
    with pytest.raises(Misfit, match="elsewhere is not among its outputs"):
        unit()[0].send("elsewhere", b"k", b"v", [])


def test_an_output_too_large_for_the_broker_parks_its_input():
    def handler(_record, work):
        work.send("out", b"k", b"x" * (MAX_VALUE_BYTES + 1), [])

    [parked] = OfflineTenure(lane(handler), 0).decide([record(0)])
    assert b"900001 bytes" in dict(parked.headers)["parked-reason"]


@pytest.mark.parametrize("does", [lambda w, k: w.send("out", k, b"v", []), lambda w, k: w.put(NAMES, k, "n")])
def test_a_key_too_large_for_the_broker_parks_its_input(does):
    tenure = OfflineTenure(lane(lambda record, work: does(work, b"k" * MAX_KEY_BYTES + record.value)), 0)
    [parked] = tenure.decide([record(0)])
    assert b"would have 100001 bytes, 100000 at most" in dict(parked.headers)["parked-reason"]


def test_the_journal_names_the_runs_in_the_order_they_were_taken():
    work, tenure = unit()
    work.decide([record(3, topic="y"), record(4, topic="y"), record(9, topic="x")])
    assert work.journal == [("y", 3, 2), ("x", 9, 1)]
    assert json.loads(work.changes()["standing"][b"head"]) == [{"x": 10, "y": 5}, 0]
    assert tenure.standing.offsets == {"y": 5, "x": 10}


def test_two_lanes_or_tables_of_one_name_are_refused():
    with pytest.raises(Misfit):
        Lane("app", "a", ("x",), (), (COUNTS, COUNTS), count)
    with pytest.raises(Misfit):
        Lane("app", "a", (), (), (), count)


def test_what_a_failing_record_attempted_leaves_no_trace_either():
    def handler(record, work):
        def fail():
            work.put(COUNTS, b"inner", 1)
            raise Unprocessable("inner poison")

        part = record._replace(key=b"part")
        assert not work.attempt(fail, record=part, subject=b"part")
        assert not work.attempt(fail, record=part, subject=b"part")
        if record.value == b"!":
            raise Unprocessable("poison")

    tenure = OfflineTenure(lane(handler), 0)
    whole = tenure.decide([record(0, b"a", b"!")])
    assert [(o.key, dict(o.headers)["parked-reason"]) for o in whole] == [(b"a", b"poison")]
    assert set(tenure.standing.blocked) == {b"a"}
    parts = tenure.decide([record(1, b"b")])
    assert [dict(o.headers)["parked-reason"] for o in parts] == [b"inner poison", b"waits behind a parked record"]
    assert set(tenure.standing.blocked) == {b"a", b"part"}
    assert tenure.tables()["counts"] == {}


def grow(record, work):
    name = (work.get(NAMES, record.key) or "") + record.value.decode()
    work.put(NAMES, record.key, name)
    work.send("out", record.key, record.value, [])


def test_a_row_too_large_for_its_changelog_parks_its_record_and_keeps_the_row():
    tenure = OfflineTenure(lane(grow), 0)
    half = b"x" * (MAX_VALUE_BYTES // 2)
    out = tenure.decide([record(0, value=half), record(1, value=half), record(2, b"b"), record(3, value=b"y")])
    assert [(o.topic, o.key) for o in out] == [("out", b"a"), ("out", b"a"), ("out", b"b"), ("app-parked", b"a")]
    assert dict(out[-1].headers)["parked-reason"] == b"the row in names would have 900001 bytes, 900000 at most"
    assert len(tenure.tables()["names"][b"a"]) == MAX_VALUE_BYTES


def test_an_attempt_that_would_leave_too_large_a_row_is_parked_alone():
    def handler(record, work):
        large = record._replace(key=b"large", value=b"x" * (MAX_VALUE_BYTES + 1))
        work.attempt(lambda: grow(large, work), record=record, subject=b"large")
        work.attempt(lambda: grow(record, work), record=record, subject=b"small")

    tenure = OfflineTenure(lane(handler), 0)
    assert [o.topic for o in tenure.decide([record(0)])] == ["app-parked", "out"]
    assert tenure.tables()["names"] == {b"a": b"1"}


def test_a_row_that_was_measured_is_not_encoded_again_for_the_commit():
    encoded = []

    def encode(name):
        encoded.append(name)
        return name.encode()

    names = Table("names", encode=encode, decode=bytes.decode)
    tenure = OfflineTenure(Lane("app", "a", ("x", "y"), ("out",), (COUNTS, names), grow), 0)
    tenure.decide([record(0, b"a"), record(1, b"b")])
    assert encoded == ["1", "1"]


def test_a_row_that_cannot_be_encoded_parks_its_record():
    def handler(record, work):
        work.put(NAMES, record.key, 7)

    [parked] = OfflineTenure(lane(handler), 0).decide([record(0)])
    assert parked.topic == "app-parked"
