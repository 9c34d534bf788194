"""The words of every notice in every language, and what cannot get into them."""

from itertools import product
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from cauce.money import Money
from schemas.notices import NoticeKind, NoticeLine
from services.notify.domain import letters
from services.notify.domain.letters import LANGUAGES, RECIPIENT, plain, write

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize(("language", "kind"), list(product(LANGUAGES, NoticeKind)))
def test_every_letter_reads_as_it_was_approved(notice, language, kind):
    letter = write(notice(kind, "RORD1-1", language=language))
    approved = (GOLDEN / language / f"{kind}.txt").read_text("utf-8")
    assert f"Subject: {letter.subject}\n\n{letter.body}" == approved


@pytest.mark.parametrize(("language", "kind"), list(product(LANGUAGES, NoticeKind)))
def test_a_letter_greets_first_and_knows_no_name(notice, language, kind):
    letter = write(notice(kind, language=language))
    assert RECIPIENT in letter.body.splitlines()[0]
    assert letter.body.count(RECIPIENT) == 1
    assert RECIPIENT not in letter.subject


def test_a_language_without_templates_is_answered_in_english(notice):
    assert write(notice(NoticeKind.SHIPPED, language="qq")) == write(notice(NoticeKind.SHIPPED, language="en"))


@pytest.mark.parametrize("hostile", ["a\r\nBcc: x@y.example", "a\u2028b", "\x00\x1b[31mred", "\u202etxt.exe"])
def test_what_a_channel_wrote_stays_on_its_line(notice, hostile):
    letter = write(notice(NoticeKind.RECEIVED, lines=(NoticeLine(text=hostile, quantity=1),), order_number=hostile))
    assert "\n" not in letter.subject
    assert letter.body.count("\n") == write(notice(NoticeKind.RECEIVED)).body.count("\n") - 1
    assert plain(hostile) in letter.body


def test_a_template_of_a_channel_is_text_to_us(notice):
    letter = write(notice(NoticeKind.RECEIVED, lines=(NoticeLine(text="{{ 7 * 7 }}{% if %}", quantity=1),)))
    assert "{{ 7 * 7 }}{% if %}" in letter.body


def test_an_amount_is_written_the_readers_way(notice):
    amount = Money(amount=123456, currency="EUR")
    assert "1234,56 EUR" in write(notice(NoticeKind.REFUNDED, language="es", amount=amount)).body
    assert "1234.56 EUR" in write(notice(NoticeKind.REFUNDED, language="en", amount=amount)).body


def test_a_template_that_asks_for_what_is_not_there_fails(monkeypatch, notice):
    template = letters._environment().from_string("Subject: {{ notice.nothing }}\n")
    monkeypatch.setattr(letters, "_template", lambda *_: template)
    with pytest.raises(UndefinedError):
        write(notice(NoticeKind.SHIPPED))


@pytest.mark.parametrize(("language", "said"), [("en", "MUG in place of CUP"), ("es", "MUG en lugar de CUP")])
def test_what_comes_in_place_of_what_is_said_where_anything_does(notice, language, said):
    letter = write(
        notice(
            NoticeKind.CONFIRMED,
            language=language,
            lines=(NoticeLine(text="MUG", quantity=2, instead_of="CUP"), NoticeLine(text="POT", quantity=1)),
        )
    )
    assert said in letter.body
    assert letter.body.count(said.split(" ", 1)[1].split(" CUP")[0]) == 1
