"""The proofs see failure: what is lost, doubled, miscounted, oversold or late has a number above zero."""

import struct
from types import SimpleNamespace

import orjson
import pytest

from chaos.proofs import contested, lane
from chaos.proofs.beats import Beat, Beats, longest_gap, read_beats
from chaos.proofs.counted import NOTHING_WRONG, OUTPUTS, Differences, differences
from chaos.proofs.counting import COUNT
from chaos.proofs.lane import Strike


def record(key, value, count):
    return SimpleNamespace(key=key, value=value, headers=[(COUNT, b"%d" % count)])


class Told:
    """A Kafka whose topics and tables are told."""

    def __init__(self, topics, rows):
        self._topics, self._rows = topics, rows

    async def records(self, topic):
        for one in self._topics.get(topic, ()):
            yield one

    async def rows(self, changelog):
        return {0: self._rows.get(changelog, {})}


FED = SimpleNamespace(sent={"orders": [(b"a", b"o0"), (b"a", b"!o1"), (b"b", b"o2")], "receipts": [], "notes": []})
RIGHT = [record(b"a", b"o0", 1), record(b"b", b"o2", 1), record(b"a", b"o1", 2)]
ROWS = {b"a": b"2", b"b": b"1"}


@pytest.mark.parametrize(
    ("out", "rows", "wrong"),
    [
        (RIGHT, ROWS, Differences()),
        (RIGHT[:2], ROWS, Differences(lost=1)),
        ([*RIGHT, record(b"a", b"o1", 3)], ROWS, Differences(doubled=1)),
        ([RIGHT[2], *RIGHT[:2]], ROWS, Differences(out_of_order=1, miscounted=2)),
        ([record(b"a", b"o0", 2), *RIGHT[1:]], ROWS, Differences(miscounted=1)),
        (RIGHT, {b"a": b"3", b"b": b"1", b"c": b"1"}, Differences(wrong_rows=2)),
    ],
    ids=["right", "lost", "doubled", "out of order", "miscounted", "wrong rows"],
)
async def test_every_output_record_and_every_row_is_recomputed(out, rows, wrong):
    found = await differences(Told({"stock-out": out}, {"counting-stock-counts-changelog": rows}), FED)
    assert found == {**NOTHING_WRONG, "stock-out": wrong}
    assert list(found) == list(OUTPUTS)


CLAIMED = {contested.sku_of(0): {"one", "other"}}


async def told(facts):
    for fact in facts:
        yield SimpleNamespace(value=orjson.dumps(fact), headers=[("ce_type", b"stock.moved.v1")])


def promised(order):
    return {"order_id": order, "shipments": [{"lines": [{"sku": contested.sku_of(0), "quantity": 1}]}]}


def waits(order):
    return {"order_id": order, "lines": [{"sku": contested.sku_of(0), "quantity": 1}]}


def entry(source, target, on_hand, free):
    number = {"sku": contested.sku_of(0), "quantity": 1, "on_hand": on_hand, "free": free}
    return {**number, "source": source, "target": target}


LEDGER = [entry("outside", "free", 1, 1), entry("free", "reserved", 1, 0)]


@pytest.mark.parametrize(
    ("allocated", "backordered", "ledger", "wrong"),
    [
        ([promised("one")], [waits("other")], LEDGER, {}),
        ([promised("one"), promised("other")], [], LEDGER, {"oversold": 1}),
        ([], [waits("one"), waits("other")], LEDGER, {"unsold": 1}),
        ([promised("one")], [], LEDGER, {"undecided": 1}),
        ([promised("one")], [waits("one"), waits("other")], LEDGER, {"decided_twice": 1}),
        ([promised("one")], [waits("other"), waits("nobody")], LEDGER, {"unasked": 1}),
        ([promised("one")], [waits("other")], LEDGER[:1], {"wrong_ledgers": 1}),
    ],
    ids=["right", "oversold", "unsold", "undecided", "decided twice", "unasked", "wrong ledger"],
)
async def test_a_last_unit_is_promised_once_or_the_round_is_counted_as_wrong(allocated, backordered, ledger, wrong):
    found = await contested.judged(
        CLAIMED, allocated=told(allocated), backordered=told(backordered), moved=told(ledger)
    )
    assert {what: count for what, count in found.items() if count} == wrong


def test_a_round_has_two_to_fifty_claims_mixed_with_those_of_others_and_some_come_twice():
    claims = list(contested.claims(200, seed=1))
    orders = {claim.sku: {one.order for one in claims if one.sku == claim.sku} for claim in claims}
    assert len(orders) == 200
    assert {len(of) for of in orders.values()} <= set(range(contested.FEWEST, contested.MOST + 1))
    assert len(claims) > len(set(claims))
    assert claims == list(contested.claims(200, seed=1)) != list(contested.claims(200, seed=2))
    units = [line for receipt in contested.receipts(200, seed=1) for line in receipt.lines]
    assert sorted(line.sku for line in units) == sorted(orders)
    assert {line.quantity for line in units} == {1}


def test_a_standstill_lasts_until_another_process_commits():
    place, other = ("stock", 0), ("stock", 1)
    beats = {place: [Beat(1.0, 7), Beat(4.1, 7), Beat(9.5, 8)], other: [Beat(1.0, 8), Beat(3.0, 8), Beat(9.0, 8)]}
    strike = Strike("w0", pid=7, at=4.0, held=frozenset({place}), back=9.6, restart=2.0, unfinished=5)
    assert list(lane._standstills(strike, beats)) == [5.5]
    assert longest_gap(beats[other], 4.0, 9.6) == 5.0
    assert longest_gap(beats[other], 0.0, 2.0) == 1.0


def test_commits_of_processes_are_merged_and_a_torn_record_is_passed_over(tmp_path):
    Beats(tmp_path).observe("commit", {"lane": "stock", "partition": 3})
    Beats(tmp_path).observe("parked", {"lane": "stock", "partition": 3})
    (tmp_path / "7.beats").write_bytes(struct.pack("=d16sH", 1.5, b"mail", 1) + b"torn")
    found = read_beats(tmp_path)
    assert found["mail", 1] == [Beat(1.5, 7)]
    assert len(found["stock", 3]) == 1
