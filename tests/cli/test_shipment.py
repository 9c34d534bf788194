"""What a site cannot send, said at the console: it goes through fulfillment's own door."""

from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from cauce.cli import forms, main
from cauce.runtime.service import DoorTools
from schemas.failures import Failing, RecordFailure
from schemas.raw import FORMS, RawTopic
from services.fulfillment.door import from_failure

SHIPMENT = "mfrggzdfmztwq2lknnwg23tp-1"
AT = datetime(2026, 3, 9, 9, tzinfo=UTC)


@pytest.fixture
def say(monkeypatch):
    """What a command writes for the door, read by the door; None where it writes nothing, and what it shows."""
    written = []

    async def stored(_servers, _prefix, outputs):
        written.extend(outputs)

    monkeypatch.setattr(forms, "recorded", lambda _: "servers")
    monkeypatch.setattr(forms, "present", lambda *_: None)
    monkeypatch.setattr(forms, "deliver", stored)

    def said(*words):
        shown = CliRunner().invoke(main, ["shipment", *words])
        if not written:
            return None, shown
        (record,) = written
        form = FORMS[RawTopic.SHIPMENT_FAILURES].validate_json(record.value)
        (command,) = from_failure(form, DoorTools(AT, b"secret", None, None))
        return command.message, shown

    return said


@pytest.mark.parametrize(("word", "failing"), [("short", Failing.SHORT), ("damaged", Failing.DAMAGED)])
def test_units_that_cannot_be_sent_are_named_by_line(say, word, failing):
    message, shown = say(word, SHIPMENT, "1=2", "3=1", "--site", "LYON", "--operator", "ana")
    assert isinstance(message, RecordFailure)
    assert (message.failing, message.site, message.operator) == (failing, "LYON", "ana")
    assert [(line.line_id, line.quantity) for line in message.lines] == [("1", 2), ("3", 1)]
    assert "cauce explain" in shown.output


def test_a_site_that_does_not_send_rejects_all_of_the_shipment(say):
    message, shown = say("reject", SHIPMENT, "--site", "LYON", "--name", "no-crew")
    assert (message.failing, message.lines, message.failure_id) == (Failing.REJECTED, (), "no-crew")
    assert "no-crew" in shown.output


@pytest.mark.parametrize("units", ["1", "1=", "=2", "0=1", "1=0", "one=2", "1=-2"])
def test_units_that_are_not_told_by_line_are_refused_with_an_example(say, units):
    message, shown = say("short", SHIPMENT, units, "--site", "LYON")
    assert (message, shown.exit_code) == (None, 2)
    assert "LINE=UNITS" in shown.output
