"""`cauce bisect`: a violation that was planted is found by its record, wherever the record stands among the others."""

import io
import json
from datetime import timedelta
from random import Random

import pytest

from cauce.audit.bisecting import Found, Recorded, bisected, in_order
from cauce.audit.record import Place, Violation
from cauce.cli.bisect import page, to_json
from cauce.cli.screen import Screen
from cauce.money import Money
from schemas.payments import PaymentCaptured, PaymentRefunded
from schemas.stock import Allocated, Move, StockMoved

RAW = [Place("channel-orders", 0, 0)]


def records_of(log):
    """Each partition in order, partitions one after another, as they are read from a broker."""
    found = [
        Recorded(entry.at, entry.message.to_bytes(), _at(entry, second)) for second, entry in enumerate(log.entries)
    ]
    return sorted(found, key=lambda record: record.place)


def _at(entry, second):
    return entry._replace(envelope=entry.envelope._replace(at=entry.envelope.at + timedelta(seconds=second)))


def first(log, **options):
    found = bisected(records_of(log), **options)
    return (str(found.record.place), found.record.entry.message, {one.law for one in found.broken}) if found else None


def where(log, kind, **fields):
    return next(
        entry
        for entry in log.entries
        if isinstance(entry.message, kind) and all(getattr(entry.message, name) == is_ for name, is_ in fields.items())
    )


def test_a_healthy_log_has_none(log):
    assert first(log, raw=RAW) is None


def test_an_entry_whose_total_is_wrong_is_found(log):
    planted = where(log, StockMoved, move=Move.PICKED)
    log.entries[log.entries.index(planted)] = planted._replace(
        message=planted.message.model_copy(update={"free": planted.message.free + 1})
    )
    place, message, laws = first(log)
    assert (place, message.move, laws) == (planted.place, Move.PICKED, {5})


def test_a_refund_of_more_than_was_captured_is_found_by_the_refund(log):
    log.replace(PaymentRefunded, amount=Money(amount=5000, currency="GBP"))
    place, message, laws = first(log)
    assert place == where(log, PaymentRefunded).place
    assert (type(message), laws) == (PaymentRefunded, {6})


def test_a_fact_that_stands_twice_is_found_by_its_second_record(log):
    captured = where(log, PaymentCaptured)
    log.entries.append(captured._replace(offset=7))
    place, _, laws = first(log)
    assert place == "captured/0@7"
    assert 4 in laws


def test_an_invented_id_is_found_and_its_cause_is_named(log):
    planted = where(log, Allocated)
    log.entries[log.entries.index(planted)] = planted._replace(envelope=planted.envelope._replace(id="invented"))
    found = bisected(records_of(log))
    assert str(found.record.place) == planted.place
    assert found.cause.place.topic == "stock-commands"
    assert [one.law for one in found.broken] == [4]


def test_of_two_the_first_is_found(log):
    log.replace(PaymentRefunded, amount=Money(amount=5000, currency="GBP"))
    early = where(log, StockMoved)
    log.replace(StockMoved, free=4)
    assert first(log)[0] == early.place


def test_a_record_that_cannot_be_read_is_found_where_nobody_set_it_aside(log):
    broken = Recorded(Place("packed", 0, 1), b"?", None)
    found = bisected([*records_of(log), broken])
    assert (found.record, found.broken[0].law) == (broken, 8)
    assert bisected([*records_of(log), broken], parked=[broken.place]) is None


def test_a_record_of_outsiders_that_came_to_nothing_is_named_by_its_place(log):
    found = bisected(records_of(log), raw=[*RAW, Place("channel-orders", 0, 9)])
    assert (found.record, found.broken[0].place) == (None, "channel-orders/0@9")


def test_records_stand_after_their_causes_and_in_the_order_of_their_partitions(log):
    records = records_of(log)
    Random(3).shuffle(records)
    records.sort(key=lambda record: record.place[2])  # partitions mixed, each in its own order
    ordered = in_order(records)
    assert sorted(map(str, (one.place for one in ordered))) == sorted(map(str, (one.place for one in records)))
    known, last = set(), {}
    ids = {record.entry.envelope.id for record in records}
    for record in ordered:
        assert record.entry.envelope.cause_id in known or record.entry.envelope.cause_id not in ids
        assert last.get(record.place[:2], -1) < record.place.offset
        known.add(record.entry.envelope.id)
        last[record.place[:2]] = record.place.offset


def test_records_that_name_themselves_as_cause_are_not_lost(log):
    strange = [
        entry._replace(envelope=entry.envelope._replace(cause_id=log.entries[-1].envelope.id)) for entry in log.entries
    ]
    records = [Recorded(entry.at, b"", entry) for entry in strange]
    assert len(in_order(records)) == len(records)


@pytest.mark.parametrize("width", [40, 160])
def test_the_page_names_topic_partition_offset_id_and_law_and_steers_no_terminal(log, width):
    hostile = "[red]\x1b[2J\u202e"
    record = records_of(log)[0]
    found = Found(record, (Violation(5, hostile, hostile, hostile),), record, 12)
    console = Screen(file=io.StringIO(), width=width)
    console.print(page(found))
    console.print(page(Found(None, found.broken, None, 12)))
    console.print(page(None))
    told = console.file.getvalue()
    assert all(sign.isprintable() or sign == "\n" for sign in told)
    joined = "".join(told.split())
    for said in ("partition0,offset0", record.entry.envelope.id, "law5", "[red]", "Nolawisbroken."):
        assert said in joined


def test_a_program_is_told_the_same(log):
    log.replace(StockMoved, free=4)
    told = json.loads(json.dumps(to_json(bisected(records_of(log)))))
    assert (told["broken"], told["record"]["topic"], told["record"]["offset"]) == (True, "stock-moved", 0)
    assert told["violations"][0]["law"] == 5
    assert to_json(None) == {"broken": False}
