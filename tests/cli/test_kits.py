"""Kits on the console: what an order's lines were sold as."""

import json

import pytest
from click.testing import CliRunner

from cauce.cli import main
from cauce.runtime.settings import CHECKOUT
from schemas.orders import OrderPlaced


@pytest.fixture
def cauce(lives, tmp_path):
    """A deployment that knows of one order of a kit."""
    (tmp_path / "default").mkdir()
    model = lives.Model(f"sqlite:///{tmp_path / 'default' / 'insight.sqlite'}")
    golden = CHECKOUT / "schemas" / "examples" / "order.placed.v1" / "with-a-kit.json"
    placed = lives.live(1)[0]
    model.take([placed._replace(message=OrderPlaced.read(golden.read_bytes()))])
    model.engine.dispose()
    return lambda *words: CliRunner().invoke(main, words, env={"CAUCE_HOME": str(tmp_path)})


def test_an_order_shows_its_kits_and_their_lines(cauce):
    shown = cauce("order", "show", "WEB-536365").output
    assert "TEA-FOR-TWO     1  1 22423 (line 1), 2 85123A (line 2)  19.99 GBP" in shown


def test_a_program_reads_the_kits_of_an_order(cauce):
    (kit,) = json.loads(cauce("order", "show", "WEB-536365", "--json").output)["kits"]
    assert (kit["kit"], kit["kits"], kit["amount"], kit["kit_line"]) == ("TEA-FOR-TWO", 1, 1999, "1")
    assert [(part["line_id"], part["units"]) for part in kit["parts"]] == [("1", 1), ("2", 2)]
