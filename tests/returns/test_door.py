"""Forms of channels and of the returns desk."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from cauce.ids import order_id, outside_id
from cauce.runtime.service import DoorTools, Unreadable
from schemas.raw import FORMS, RawTopic
from services.returns.door import commands

SECRET = b"a deployment's secret"


@pytest.fixture
def read():
    tools = DoorTools(now=datetime(2026, 3, 2, tzinfo=UTC), secret=SECRET, seal=None, locate=None)
    return lambda **form: commands(FORMS[RawTopic.RETURN_REQUESTS].validate_python(form), tools)


def test_a_request_is_about_the_order_of_its_channel(read):
    (command,) = read(
        kind="return",
        channel="web",
        request="r1",
        order="1001",
        lines=[{"line": 2, "quantity": 1}],
        reason="too bright",
    )
    assert command.cause_id == outside_id("web", "return", "1001\x1fr1")
    assert command.message.order_id == order_id(SECRET, "web", "1001")
    assert command.message.purchase_known
    assert [(line.line_id, line.quantity) for line in command.message.lines] == [("2", 1)]


def test_a_request_id_that_comes_again_for_another_order_is_another_cause(read):
    causes = [read(kind="return", channel="web", request="r1", order=order)[0].cause_id for order in ("1001", "1002")]
    assert len(set(causes)) == 2


def test_a_request_without_an_order_is_its_own_subject(read):
    first, again, other = (read(kind="return", channel="web", request=key)[0].message for key in ("r1", "r1", "r2"))
    assert not first.purchase_known
    assert first == again
    assert first.order_id != other.order_id


def test_a_request_of_more_lines_than_an_order_can_have_is_refused(read):
    lines = [{"line": number, "quantity": 1} for number in range(1, 2002)]
    assert len(read(kind="return", channel="web", request="r1", order="1001", lines=lines[1:])) == 1
    with pytest.raises(ValidationError, match="at most 2000"):
        read(kind="return", channel="web", request="r1", order="1001", lines=lines)


def test_a_receipt_names_its_order_by_the_number_on_the_parcel(read):
    order = order_id(SECRET, "web", "1001")
    form = {
        "kind": "return-receipt",
        "receipt": "17",
        "site": "madrid",
        "units": [{"line": 1, "quantity": 1, "grade": "opened"}],
        "operator": "op-4",
    }
    (command,) = read(**form, return_id=f"R{order}-2")
    (scanned,) = read(**form, return_id=f"R{order}-2".upper())
    assert command == scanned
    assert (command.message.order_id, command.message.return_id) == (order, f"R{order}-2")


@pytest.mark.parametrize("return_id", ["R-1", "17", "Rk3v7q2m5xw4tz6ynb7adhcpe", "Rk3v7q2m5xw4tz6ynb7adhcpe-0"])
def test_a_number_that_is_not_ours_is_set_aside_without_being_quoted(read, return_id):
    with pytest.raises(Unreadable, match="return_id") as caught:
        read(
            kind="return-receipt",
            receipt="17",
            return_id=return_id,
            site="madrid",
            units=[{"line": 1, "quantity": 1, "grade": "new"}],
            operator="op-4",
        )
    assert return_id not in str(caught.value)
