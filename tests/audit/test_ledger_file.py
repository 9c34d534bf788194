"""The provider's ledger as a file: what cannot be read is said with its file and line."""

import json

import pytest

from cauce.audit.ledgers import LedgerLine
from cauce.audit.reading import read_ledger
from cauce.runtime.faults import Unavailable

CHARGE = {"kind": "charge", "id": "ch_1", "amount": 500, "currency": "GBP"}
REFUND = {"kind": "refund", "id": "re_1", "key": "k", "amount": 100, "currency": "GBP"}
DECLINE = {"kind": "decline", "code": "amount_too_large"}


@pytest.fixture
def written(tmp_path):
    def write(*lines, end="\n"):
        path = tmp_path / "ledger.jsonl"
        path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines) + end)
        return path

    return write


def test_money_is_read_by_its_reference_and_declined_requests_are_none(written):
    assert read_ledger(written(CHARGE, "", REFUND, DECLINE)) == {
        "ch_1": LedgerLine("charge", "ch_1", "", 500, "GBP"),
        "re_1": LedgerLine("refund", "re_1", "k", 100, "GBP"),
    }


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (json.dumps(REFUND)[:40], "line 2: no JSON"),
        ("{", "line 2: no JSON"),
        ("\x00\x00", "line 2: no JSON"),
        ("[]", "line 2: not a line of a payment ledger"),
        ("7", "line 2: not a line of a payment ledger"),
        ({"id": "re_1"}, "line 2: not a line of a payment ledger (KeyError: 'kind')"),
        (REFUND | {"amount": "100"}, "line 2: neither a charge nor a refund"),
        (REFUND | {"kind": "gift"}, "line 2: neither a charge nor a refund"),
        (REFUND | {"amount": True}, "line 2: neither a charge nor a refund"),
    ],
)
def test_a_line_that_is_none_is_named(written, line, said):
    path = written(CHARGE, line, end="")
    with pytest.raises(Unavailable) as fault:
        read_ledger(path)
    assert f"{path}, {said}" in str(fault.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(Unavailable, match=r"none\.jsonl cannot be read: No such file"):
        read_ledger(tmp_path / "none.jsonl")


def test_a_folder_is_no_ledger(tmp_path):
    with pytest.raises(Unavailable, match="cannot be read: Is a directory"):
        read_ledger(tmp_path)
