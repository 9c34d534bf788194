"""Looking orders up on the console, in a read model that the tests of insight make."""

import json
import shutil

import pytest
from click.testing import CliRunner

from cauce.cli import main


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
    assert missing.exit_code == 2
    assert "'WEB-1'" in missing.output


def test_without_a_read_model_the_next_step_is_said(cauce, tmp_path):
    nothing = cauce("list", home=tmp_path / "elsewhere")
    assert nothing.exit_code == 2
    assert "cauce run insight" in nothing.output
    assert not (tmp_path / "elsewhere").exists()


@pytest.fixture(name="altered")
def _altered(lives, home, tmp_path):
    """A read model of one's own, with an order that begins as the first fact of a life does, changed."""
    shutil.copytree(home / "default", tmp_path / "default")
    model = lives.Model(f"sqlite:///{tmp_path / 'default' / 'insight.sqlite'}")

    def altered(**changes):
        (placed, *_) = lives.live(3)
        twin = placed._replace(message=placed.message.model_copy(update=changes))
        model.store.write(lives.project(twin), {})
        return tmp_path

    yield altered
    model.engine.dispose()


def test_several_orders_of_one_name_are_offered_by_id_and_channel(cauce, altered):
    both = cauce("show", "536365", home=altered(channel="phone", channel_order="536365", order_number="PHONE-1"))
    assert both.exit_code == 2
    assert "ord0003abcdefghijklmnopq  PHONE-1  (phone, placed, " in both.output
    assert "ord0001abcdefghijklmnopq  WEB-536365  (web, part shipped, " in both.output


def test_capitals_do_not_matter(cauce):
    assert "WEB-536365  part shipped" in cauce("show", "web-536365").output


def test_the_beginning_of_a_name_is_enough_where_no_other_order_has_it(cauce):
    assert "WEB-536365  part shipped" in cauce("show", "ord0001").output
    several = cauce("show", "WEB-53636")
    assert several.exit_code == 2
    assert "ord0001abcdefghijklmnopq" in several.output
    assert "ord0002abcdefghijklmnopq" in several.output


@pytest.mark.parametrize("name", ["", "%", "_", "ord0001%"])
def test_signs_that_mean_something_to_a_database_mean_nothing_here(cauce, name):
    assert "no order has the id" in cauce("show", name).output


def test_an_order_that_is_named_in_full_is_meant_whatever_begins_so(cauce, altered):
    shown = cauce("show", "WEB-536365", home=altered(order_number="WEB-536365-2", channel_order="x"))
    assert "WEB-536365  part shipped" in shown.output


@pytest.mark.parametrize("columns", ["40", "80", "120"])
def test_a_very_long_number_leaves_room_for_the_rest(cauce, altered, columns):
    home = altered(order_number="W" * 300, channel_order="W" * 300)
    listed = CliRunner().invoke(main, ["order", "list"], env={"CAUCE_HOME": str(home), "COLUMNS": columns}).output
    assert len(listed.splitlines()) < 12
    assert "part shipped" in listed
    assert "45.03 EUR" in listed
    shown = cauce("show", "WWW", home=home)
    assert "".join(shown.output.split()).count("W") > 600


def test_a_refused_order_says_when_it_was_refused(cauce, altered, lives):
    from schemas.orders import OrderRefused, Reason

    (placed, *_) = lives.live(3)
    same = placed.message.model_dump(include={"order_id", "channel", "channel_order", "customer"})
    why = (Reason(field="lines", code="unknown_sku", detail="no such sku"),)
    refused = OrderRefused.model_validate({**same, "order_number": "WEB-9", "reasons": why})
    home = altered()
    model = lives.Model(f"sqlite:///{home / 'default' / 'insight.sqlite'}")
    with model.engine.begin() as connection:
        for table in ("orders", "order_lines", "order_versions", "timeline"):
            connection.exec_driver_sql(f"DELETE FROM {table} WHERE order_id = '{refused.order_id}'")  # noqa: S608  # ours
    model.store.write(lives.project(placed._replace(topic="order-refused", message=refused)), {})
    model.engine.dispose()
    shown = cauce("show", "WEB-9", home=home).output
    assert "refused  Mon 02 Mar 2026 09:31" in shown
    assert "None" not in shown
    (line,) = [line for line in cauce("list", home=home).output.splitlines() if line.startswith("WEB-9")]
    assert "Mon 02 Mar 2026 09:31" in line
