"""A site is closed and opened at the console: forms for the stock's own door."""

import pytest
from click.testing import CliRunner

from cauce.cli import forms, main
from schemas.closures import CloseSite, OpenSite
from schemas.raw import FORMS, RawTopic
from services.allocation.door import commands


@pytest.fixture
def say(monkeypatch):
    """What a command writes for the door, read by the door; None where it writes nothing, and what it prints."""
    written = []

    async def stored(_servers, _prefix, outputs):
        written.extend(outputs)

    monkeypatch.setattr(forms, "recorded", lambda _: "servers")
    monkeypatch.setattr(forms, "present", lambda *_: None)
    monkeypatch.setattr(forms, "deliver", stored)

    def said(*words):
        shown = CliRunner().invoke(main, ["site", *words])
        if not written:
            return None, shown
        (record,) = written
        assert (record.topic, record.key) == (RawTopic.STOCK_REPORTS, b"madrid")
        (command,) = commands(FORMS[RawTopic.STOCK_REPORTS].validate_json(record.value), None)
        return command.message, shown

    return said


def test_a_site_closes_now_until_it_is_opened(say):
    message, shown = say("close", "madrid", "--reason", "flood", "--name", "C-1")
    assert message == CloseSite(pool=0, closure_id="C-1", site="madrid", reason="flood")
    assert "cauce site open madrid" in shown.output


def test_a_closure_may_have_its_days(say):
    message, shown = say("close", "madrid", "--reason", "stocktaking", "--from", "2999-01-04", "--to", "2999-01-05")
    assert (message.begins_on, message.ends_on) == ("2999-01-04", "2999-01-05")
    assert "from 2999-01-04 on" in shown.output


def test_a_first_day_that_is_past_is_now(say):
    message, _ = say("close", "madrid", "--reason", "flood", "--from", "2020-01-04")
    assert message.begins_on is None


def test_a_site_opens(say):
    message, _ = say("open", "madrid", "--name", "O-1")
    assert message == OpenSite(pool=0, opening_id="O-1", site="madrid")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("close", "madrid"), "--reason"),
        (("close", "madrid", "--reason", "flood", "--to", "2020-01-01"), "open again before"),
        (("close", "madrid", "--reason", "flood", "--from", "2999-01-04", "--to", "2999-01-03"), "open again before"),
        (("close", "madrid", "--reason", "flood", "--from", "tomorrow"), "tomorrow"),
    ],
)
def test_what_cannot_be_meant_is_said_and_nothing_is_written(say, words, told):
    message, shown = say(*words)
    assert message is None
    assert shown.exit_code == 2
    assert told in shown.output
