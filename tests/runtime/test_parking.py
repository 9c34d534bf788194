"""Parking: later records of a subject wait behind the first, until each is retried in order or dropped."""

from hypothesis import given
from hypothesis import strategies as st

from cauce.runtime.engine.offline import OfflineTenure
from cauce.runtime.engine.parking import BEHIND, LONGEST_SUBJECT, about, control
from cauce.runtime.lane import DROP, RETRY, Lane, Record, Table, Unprocessable, is_control

COUNTS = Table("counts", encode=lambda n: b"%d" % n, decode=int)


def count(record, work):
    work.put(COUNTS, record.key or b"", (work.get(COUNTS, record.key or b"") or 0) + 1)
    work.send("out", record.key, record.value, [])
    if record.value.startswith(b"!"):
        raise Unprocessable("poison")


def tenure(service="app", **given):
    return OfflineTenure(Lane(service, "a", ("x", "y"), ("out",), (COUNTS,), count, **given), 0)


def record(offset, key, value, *, topic="x", headers=()):
    return Record(topic, 0, offset, key, value, headers)


def back(verb, output, offset, value):
    """The parked output as the control record that comes back at `offset` of its episode's topic."""
    parked = Record("app-parked", 0, 0, output.key, output.value, output.headers)
    word = control(verb, parked, value)
    return Record(word.topic, word.partition, offset, word.key, word.value, word.headers)


def sent(outputs):
    return [(output.topic, output.value) for output in outputs]


def parked_in(outputs):
    return [output for output in outputs if output.topic == "app-parked"]


def test_later_records_of_the_subject_park_behind_the_first_and_others_go_on():
    lane = tenure()
    out = lane.decide(
        [
            record(0, b"a", b"1"),
            record(1, b"a", b"!2", headers=(("id", b"7"),)),
            record(2, b"a", b"3"),
            record(3, b"b", b"4"),
            record(4, b"a", b"5", topic="y"),
        ]
    )
    assert sent(out) == [
        ("out", b"1"),
        ("app-parked", b"!2"),
        ("app-parked", b"3"),
        ("out", b"4"),
        ("app-parked", b"5"),
    ]
    first, second, third = (about(output.headers) for output in parked_in(out))
    assert [first.turn, second.turn, third.turn] == ["x/1/0", "x/1/1", "x/1/2"]
    assert (first.reason, second.reason, third.topic, third.offset) == ("poison", BEHIND, "y", 4)
    assert parked_in(out)[0].headers[-1] == ("id", b"7")
    assert lane.tables()["counts"] == {b"a": b"1", b"b": b"1"}


def test_retries_are_taken_in_turn_once_and_unblock_the_subject_after_the_last():
    lane = tenure()
    parked = parked_in(lane.decide([record(0, b"a", b"!1"), record(1, b"a", b"2"), record(2, b"a", b"3")]))
    assert not lane.decide([back(RETRY, parked[1], 3, b"2")]), "not its turn"
    assert not lane.decide([back(RETRY, parked[0], 4, b"!1")]), "fails again, stays where it is"
    behind = parked_in(lane.decide([record(5, b"a", b"4")]))
    lane.restart()
    out = lane.decide(
        [
            back(RETRY, parked[0], 6, b"1"),
            back(RETRY, parked[0], 7, b"1"),
            back(DROP, parked[1], 8, b""),
            back(RETRY, parked[2], 9, b"3"),
            back(RETRY, behind[0], 10, b"4"),
            record(11, b"a", b"5"),
        ]
    )
    assert sent(out) == [("out", b"1"), ("out", b"3"), ("out", b"4"), ("out", b"5")]
    assert not lane.standing.blocked
    assert list(lane.tables()["standing"]) == [b"head"]


def test_a_retried_record_is_decided_as_it_first_came():
    seen = []

    def handler(record, _):
        seen.append(record)
        if len(seen) == 1:
            raise Unprocessable("not yet")

    lane = OfflineTenure(Lane("app", "a", ("x", "y"), (), (), handler), 0)
    original = record(7, b"a", b"v", topic="y", headers=(("id", b"7"),))
    [parked] = lane.decide([original])
    lane.decide([back(RETRY, parked, 8, b"v")])
    assert tuple(seen[1]._replace(headers=tuple(seen[1].headers))) == tuple(original)


def test_a_record_without_subject_blocks_nothing_and_can_be_retried():
    lane = tenure()
    parked = parked_in(lane.decide([record(0, None, b"!1"), record(1, None, b"2"), record(2, None, b"!3")]))
    assert [about(output.headers).turn for output in parked] == ["x/0/0", "x/2/0"]
    assert sent(lane.decide([back(RETRY, parked[1], 3, b"3"), back(RETRY, parked[0], 4, b"1")])) == [
        ("out", b"3"),
        ("out", b"1"),
    ]
    assert not lane.standing.blocked


def test_the_subject_may_be_finer_than_the_key():
    lane = tenure(subject=lambda record: record.value[-1:])
    out = lane.decide([record(0, b"pool", b"!a"), record(1, b"pool", b"b"), record(2, b"pool", b"xa")])
    assert [topic for topic, _ in sent(out)] == ["app-parked", "out", "app-parked"]


def test_a_record_too_broken_to_name_its_subject_counts_for_its_key():
    lane = tenure(subject=lambda record: record.headers[0][1])
    out = lane.decide([record(0, b"a", b"!1"), record(1, b"a", b"2")])
    assert [topic for topic, _ in sent(out)] == ["app-parked", "app-parked"]


def test_a_subject_longer_than_any_of_ours_is_remembered_by_its_digest():
    lane, key = tenure(), b"k" * 100_000
    parked = parked_in(lane.decide([record(0, key, b"!1"), record(1, key, b"2"), record(2, key[:-1], b"3")]))
    assert [about(output.headers).reason for output in parked] == ["poison", BEHIND]
    assert max(len(row) for row in lane.tables()["standing"]) <= LONGEST_SUBJECT
    assert sent(lane.decide([back(DROP, parked[0], 3, b""), back(RETRY, parked[1], 4, b"2")])) == [("out", b"2")]


def test_a_control_record_for_another_lane_of_the_topic_is_passed_over():
    ours, theirs = tenure(), tenure(service="other")
    [parked] = ours.decide([record(0, b"a", b"!1")])
    theirs.decide([record(0, b"a", b"!1")])
    word = back(RETRY, parked, 1, b"1")
    assert is_control(word.headers)
    assert not theirs.decide([word])
    assert sent(ours.decide([word])) == [("out", b"1")]


def test_a_control_record_of_a_wrong_form_changes_nothing():
    lane = tenure()
    assert not lane.decide([record(0, b"a", b"1", headers=((RETRY, b"app-a/x/0/0"),))])
    assert lane.standing.offsets == {"x": 1}


def test_a_door_takes_no_control_records_from_outsiders():
    lane = tenure(parks=False)
    assert sent(lane.decide([record(0, b"a", b"1", headers=((DROP, b"app-a/x/0/0"),))])) == [("out", b"1")]


@given(
    st.lists(st.tuples(st.sampled_from([b"a", b"b", b"c"]), st.booleans()), min_size=1, max_size=30),
    st.randoms(use_true_random=False),
)
def test_after_repeated_retries_every_record_was_decided_once_and_in_order(steps, random):
    lane = tenure(breaker=99)
    records = [record(i, key, b"!%d" % i if bad else b"%d" % i) for i, (key, bad) in enumerate(steps)]
    out = lane.decide(records)
    waiting, offset = parked_in(out), len(records)
    while lane.standing.blocked:
        words = [back(RETRY, output, 0, output.value.lstrip(b"!")) for output in waiting if random.random() < 0.7]
        for word in words:
            out += lane.decide([word._replace(offset=offset)])
            offset += 1
    decided = [(output.key, int(output.value)) for output in out if output.topic == "out"]
    assert sorted(number for _, number in decided) == list(range(len(records)))
    for key in (b"a", b"b", b"c"):
        assert [n for k, n in decided if k == key] == sorted(n for k, n in decided if k == key)
