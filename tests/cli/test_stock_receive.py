"""`cauce stock receive`: the forms it writes, and what it refuses before it writes any."""

import json

import pytest
from click.testing import CliRunner

from cauce.cli import forms, main


@pytest.fixture
def say(monkeypatch):
    """Say words to the console: what it answers, and the forms it wrote on `stock-reports`."""
    written = []

    async def stored(_servers, _prefix, outputs):
        written.extend(json.loads(output.value) for output in outputs)

    monkeypatch.setattr(forms, "recorded", lambda _: "servers")
    monkeypatch.setattr(forms, "present", lambda *_: None)
    monkeypatch.setattr(forms, "deliver", stored)

    def said(*words):
        return CliRunner().invoke(main, ["stock", *words]), written

    return said


def test_goods_come_in_with_their_lot(say):
    answer, forms_written = say(
        "receive", "lyon", "MILK=48", "--lot", "L1", "--expires", "2026-05-31", "--name", "po-1"
    )
    line = {"sku": "MILK", "quantity": 48, "lot": "L1", "expires_on": "2026-05-31"}
    assert forms_written == [{"kind": "receipt", "receipt": "po-1", "site": "lyon", "lines": [line]}], answer.output


def test_goods_come_in_from_a_file(say, tmp_path):
    file = tmp_path / "goods.csv"
    file.write_text("sku,quantity,lot,expires_on\nMILK,48,L1,2026-05-31\nCUP,6,,\n")
    _, (form) = say("receive", "lyon", "--file", str(file))
    assert [line.get("lot") for line in form[0]["lines"]] == ["L1", None]


@pytest.mark.parametrize(
    ("words", "because"),
    [
        ((), "name units as SKU=UNITS"),
        (("A=1", "B=2", "--lot", "L1"), "--lot is about one sku"),
        (("A=1", "--expires", "2026-05-31"), "--expires is a lot's"),
    ],
)
def test_what_cannot_be_meant_is_refused(say, words, because):
    answer, written = say("receive", "lyon", *words)
    assert (answer.exit_code, because in answer.output, written) == (2, True, [])


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("sku,lot\nMILK,L1\n", "expected the columns sku, quantity, lot, expires_on"),
        ("sku,quantity\nMILK,0\n", "line 2: quantity"),
    ],
)
def test_a_file_that_is_no_list_of_goods_is_refused_with_its_line(say, tmp_path, text, because):
    file = tmp_path / "goods.csv"
    file.write_text(text)
    answer, written = say("receive", "lyon", "--file", str(file))
    assert (answer.exit_code, because in answer.output, written) == (2, True, [])


@pytest.mark.parametrize("words", [("damage", "lyon", "MILK", "2"), ("adjust", "lyon", "MILK", "2")])
def test_the_desk_names_a_lot(say, words):
    _, written = say(*words, "--lot", "L1")
    assert written[0]["lot"] == "L1"
