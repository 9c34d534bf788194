"""What doors set aside, from outside: listed until an operator's note is behind it, opened with the vault alone."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cauce.runtime.doors.aside import not_seen_to, unsealed
from cauce.runtime.doors.door import SEALED
from cauce.runtime.doors.vault import Vault
from cauce.runtime.engine.parking import DROPPED, RETRIED, alone, is_note, note, noted, parked
from cauce.runtime.faults import Unavailable
from cauce.runtime.lane import Lane, Record, is_control

PREFIX = "shop-"
DOOR = Lane("intake", "door", ("channel-orders",), ("intake-parked",), (), lambda *_: None, parks=False)
ORDERS = Lane("intake", "orders", ("intake-commands",), (), (), lambda *_: None)


def aside(value=b"sealed bytes", offset=7):
    record = Record("channel-orders", 1, offset, None, value, [SEALED])
    return parked(DOOR, record, reason="not JSON", subject=alone(record), turn=b"channel-orders/7/0")


def blocked():
    record = Record("intake-commands", 1, 9, b"o1", b"!", [("ce_id", b"1")])
    return parked(ORDERS, record, reason="KeyError", subject=b"o1", turn=b"intake-commands/9/0")


def seen_to(number, word=RETRIED):
    return note(word, Record("intake-parked", 0, number, None, None, []))


def fetched(outputs):
    """The parked topic with these records."""
    return [
        SimpleNamespace(**output._asdict() | {"topic": PREFIX + output.topic, "offset": at, "timestamp": 1000 + at})
        for at, output in enumerate(outputs)
    ]


def listed(*outputs):
    return not_seen_to(fetched(outputs), PREFIX)


def test_what_a_door_set_aside_is_told_from_what_a_lane_blocked():
    (one,) = listed(blocked(), aside())
    assert (one.number, one.parked_at_ms, one.about.reason) == (1, 1001, "not JSON")
    assert (one.about.lane, one.about.place) == ("intake-door", "channel-orders/1/7")
    assert one.own_headers == [SEALED]
    assert (one.record.topic, one.record.partition) == ("intake-parked", 0)


def test_what_was_too_large_to_seal_is_listed_too():
    (one,) = listed(aside(value=None))
    assert one.record.value is None


@pytest.mark.parametrize("word", [RETRIED, DROPPED])
def test_a_note_takes_its_record_and_no_other_off_the_list(word):
    assert [one.number for one in listed(aside(), aside(), aside(), seen_to(1, word))] == [0, 2]


def test_a_second_note_of_one_record_changes_nothing():
    assert [one.number for one in listed(aside(), seen_to(0), aside(), seen_to(0, DROPPED))] == [2]


def test_what_is_set_aside_once_more_after_a_retry_is_listed_under_its_new_number():
    assert [one.number for one in listed(aside(offset=7), seen_to(0), aside(offset=8))] == [2]


def test_a_note_says_which_and_what_and_is_no_word_to_a_lane():
    output = note(DROPPED, Record("intake-parked", 0, 5, None, b"x", []), ("because", b"spam"))
    assert (output.topic, output.partition, output.key, output.value) == ("intake-parked", 0, None, b"")
    assert output.headers == [("parked-note", b"dropped"), ("number", b"5"), ("because", b"spam")]
    assert is_note(output.headers)
    assert noted(output.headers) == 5
    assert not is_control(output.headers)
    assert not any(is_note(other.headers) for other in (aside(), blocked()))


@given(st.lists(st.sampled_from(["aside", "blocked", "note"])), st.randoms(use_true_random=False))
def test_listed_is_what_was_set_aside_less_what_was_noted(steps, random):
    outputs, open_, done = [], set(), []
    for at, step in enumerate(steps):
        if step == "note" and open_ | set(done):
            number = random.choice(sorted(open_ | set(done)))
            open_.discard(number)
            done.append(number)
            outputs.append(seen_to(number))
        elif step == "aside":
            open_.add(at)
            outputs.append(aside())
        else:
            outputs.append(blocked())
    assert [one.number for one in listed(*outputs)] == sorted(open_)


def test_a_seal_opens_with_the_vault_that_made_it_and_no_other(tmp_path):
    vault, other = Vault(tmp_path / "one"), Vault(tmp_path / "other")
    (one,) = listed(aside(value=vault.seal_raw(b"what came")))
    assert unsealed(one, vault) == b"what came"
    with pytest.raises(Unavailable, match=r"0 does not open: .*; name what to send with --value"):
        unsealed(one, other)
    vault.close()
    other.close()


def test_what_was_too_large_to_seal_says_where_it_lies(tmp_path):
    vault = Vault(tmp_path)
    (one,) = listed(aside(value=None))
    with pytest.raises(Unavailable, match="0 was too large to seal: it lies in its raw topic, at channel-orders/1/7"):
        unsealed(one, vault)
    vault.close()
