"""Looking orders up on the console, in a read model that the tests of insight make."""

import importlib.util
import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from cauce.cli import main

LIVES = Path(__file__).parents[1] / "insight" / "conftest.py"


@pytest.fixture(scope="module")
def lives():
    spec = importlib.util.spec_from_file_location("lives", LIVES)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def home(lives, tmp_path_factory):
    """A deployment with a whole life and one that has just begun."""
    made = tmp_path_factory.mktemp("home")
    (made / "default").mkdir()
    model = lives.Model(f"sqlite:///{made / 'default' / 'insight.sqlite'}")
    model.take([*lives.live(1), *lives.live(2)[:3]])
    model.engine.dispose()
    return made


@pytest.fixture(name="cauce")
def _cauce(home):
    def cauce(*words, home=home):
        return CliRunner().invoke(main, ["order", *words], env={"CAUCE_HOME": str(home)})

    return cauce


@pytest.mark.parametrize("name", ["WEB-536365", "536365", "ord0001abcdefghijklmnopq"])
def test_an_order_is_found_by_any_of_its_names(cauce, name):
    shown = cauce("show", name)
    assert shown.exit_code == 0
    assert "WEB-536365  part shipped" in shown.output


def test_the_page_tells_goods_parcels_money_reasons_and_what_happened(cauce):
    shown = cauce("show", "WEB-536365").output
    for told in (
        "WHITE HANGING HEART T-LIGHT HOLDER",
        "MAD  9 km  delivered  5 \N{MULTIPLICATION SIGN} 85123A",
        "Parcelwide Road · 5.85 EUR · 1.45 kg · CAORD0001ABCDEFGHIJKLMNOPQ001",
        "Skyline Air 18.90 EUR (dearer, Thu 05 Mar)",
        "LON  1,264 km  0 lines  0 units  abroad",
        "allocation/keeper/0      allocated/0@0",
        "+8 min",
        "lost: the carrier lost it",
    ):
        assert told in shown


def test_the_page_hides_what_only_echoes_until_asked(cauce):
    assert "free → reserved" not in cauce("show", "WEB-536365").output
    assert "free → reserved" in cauce("show", "WEB-536365", "--all").output


def test_a_program_reads_the_same_as_json(cauce):
    story = json.loads(cauce("show", "WEB-536365", "--json").output)
    assert story["order"]["state"] == "part_shipped"
    assert story["timeline"][0]["at"] == "2026-03-02T09:31:00.000000Z"
    assert [candidate["site"] for candidate in story["decisions"][0]["candidates"]] == ["MAD", "LIS", "LON"]


def test_orders_are_listed_by_state_and_counted(cauce):
    listed = cauce("list", "--state", "placed")
    assert "WEB-536366" in listed.output
    assert "WEB-536365" not in listed.output
    assert "1 placed · 1 part shipped" in listed.output


def test_a_list_for_programs_is_one_object_a_line(cauce):
    orders = [json.loads(line) for line in cauce("list", "--json").output.splitlines()]
    assert [order["order_number"] for order in orders] == ["WEB-536365", "WEB-536366"]


def test_an_order_that_is_not_there_is_named(cauce):
    missing = cauce("show", "WEB-1")
    assert missing.exit_code == 1
    assert "'WEB-1'" in missing.output


def test_without_a_read_model_the_next_step_is_said(cauce, tmp_path):
    nothing = cauce("list", home=tmp_path / "elsewhere")
    assert nothing.exit_code == 1
    assert "cauce run insight" in nothing.output
    assert not (tmp_path / "elsewhere").exists()


def test_two_orders_of_one_name_are_both_offered(cauce, lives, home, tmp_path):
    shutil.copytree(home / "default", tmp_path / "default")
    model = lives.Model(f"sqlite:///{tmp_path / 'default' / 'insight.sqlite'}")
    (placed, *_) = lives.live(3)
    twin = placed.message.model_copy(update={"channel": "phone", "channel_order": "536365", "order_number": "PHONE-1"})
    model.store.write(lives.project(placed._replace(message=twin)), {})
    model.engine.dispose()
    both = cauce("show", "536365", home=tmp_path)
    assert both.exit_code == 1
    assert "PHONE-1 (phone), WEB-536365 (web)" in both.output
