"""The life of an order of two mugs, as records with the envelopes that their writers would give."""

import sys
from pathlib import Path

import pytest

from cauce.audit.ledgers import LedgerLine
from cauce.audit.record import Place

HERE = Path(__file__).parent
sys.path.append(str(HERE))  # the steps are shared by test files, which importlib mode keeps apart

from audited.life import Life  # noqa: E402  # found by the line above


@pytest.fixture
def empty():
    """Nothing yet: each test writes the log it is about."""
    return Life()


@pytest.fixture
def log(empty):
    """An order of two mugs, delivered, one of them sent back and paid for."""
    empty.order().ask_for_stock().receive().promise().work().pack().ship().deliver()
    return empty.authorize().take_back().owe().ask_provider().refund().tell().notified()


@pytest.fixture
def ledger():
    """The provider's own."""
    return {
        "ch_1": LedgerLine("charge", "ch_1", "", 1000, "GBP"),
        "re_1": LedgerLine("refund", "re_1", "k", 500, "GBP"),
    }


@pytest.fixture
def raw():
    """Where the channel wrote the order, the crew its scans and the carrier its event."""
    return [Place("channel-orders", 0, 0)]
