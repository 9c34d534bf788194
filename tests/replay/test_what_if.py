"""What if: recorded orders with other sites or stock. The base is what was recorded; the difference is named."""

import io
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from xml.dom import minidom

import pytest

from cauce.cli.replay_what_if import to_json
from cauce.cli.screen import Screen
from cauce.cli.what_if_columns import compared
from cauce.cli.what_if_files import Given, read_givens
from cauce.cli.what_if_html import html_page
from cauce.cli.what_if_page import page
from cauce.ids import event_id
from cauce.money import Money
from cauce.places import Coordinates
from cauce.replay.closures import Closure
from cauce.replay.columns import RECORDED, WHAT_IF
from cauce.replay.what_if import AS_RECORDED, Instead, Position, decided_on, inputs_of
from cauce.replay.window import EVERYTHING, Place, Window
from cauce.runtime.faults import Unavailable
from cauce.runtime.lane import Record
from cauce.runtime.reference.reference_files import published
from cauce.runtime.settings import Settings
from schemas.envelope import Envelope
from schemas.orders import CanceledUnits, LineQuantity
from schemas.reference import Kind, Rate, Site
from schemas.stock import AdvanceShipment, ReleaseStock, Stage

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script>[red]\x1b[2J\u202e"


def at(name, north, east):
    return Site(id=name, name=name, country="ES", coordinates=Coordinates(latitude=north, longitude=east))


def rate(name, amount, days):
    per = {"amount": amount, "currency": "EUR"}
    return Rate(
        id=name, carrier="Road", service=name, domestic=True, base=Money(**per), per_kilogram=Money(**per),
        max_weight_grams=30_000, transit_days=days,
    )  # fmt: skip


def appended(inputs, *messages):
    """The inputs and, after them, these."""
    first, found = Envelope.from_headers(inputs[-1].headers), list(inputs)
    for message in messages:
        offset = len(found)
        identity = event_id(str(offset), "test", message.type, message.natural_key())
        headers = first._replace(id=identity, type=message.type).to_headers()
        found.append(Record("stock-commands", 0, offset, message.key_value().encode(), message.to_bytes(), headers))
    return found


@pytest.fixture
def sites():
    """Only lyon is left."""
    return Instead({"sites": published(Kind.SITES, [at("lyon", 45.76, 4.84)])})


@pytest.fixture
def keyed(inputs):
    """As the publisher keys them: reference data by its kind."""
    return [one._replace(key=b"sites") if one.offset == 0 else one for one in inputs]


def asked(records, instead, window=EVERYTHING, **more):
    """What was recorded beside one what-if."""
    return compared(Settings(), records, [Given(WHAT_IF, instead)], window, **more)


def plans(found, name):
    (column,) = (column for column in found.columns if column.name == name)
    return {order_id: dict(order.plan()) for order_id, order in column.orders.items()}


def figure(found, name):
    return tuple(found.figures()[name].values())


def test_as_recorded_the_same_is_decided(keeper, keyed, facts):
    outputs = [one for one in decided_on(keeper, 0, inputs_of(keyed, 0, AS_RECORDED)) if one.topic == "allocated"]
    assert [one.value for one in outputs] == [fact.value for fact in facts if fact.topic == "allocated"]


def test_a_site_that_is_closed_sends_nothing(keyed, sites):
    found = asked(keyed, sites)
    assert plans(found, RECORDED) == {"o1": {"madrid": 2}, "o2": {"madrid": 1, "lyon": 5}, "o3": {"lyon": 1}}
    assert plans(found, WHAT_IF) == {"o1": {"lyon": 2}, "o2": {"lyon": 6}, "o3": {"lyon": 1}}
    assert found.differing() == ["o1", "o2"]
    assert figure(found, "split orders") == (1, 0)
    assert figure(found, "backordered units") == (2, 5)


def test_other_stock_is_in_the_place_of_what_came_before_the_first_order(keyed):
    found = asked(keyed, Instead(stock=[Position("madrid", "cup", 100)]))
    assert plans(found, WHAT_IF) == {"o1": {"madrid": 2}, "o2": {"madrid": 6}, "o3": {"madrid": 1}}
    assert figure(found, "backordered orders") == (1, 0)
    assert found.replaced == ("stock",)


def test_a_site_sends_nothing_while_it_is_closed_and_again_after(keyed):
    shut = Closure("madrid", NOW.date(), NOW.date())
    later = [*keyed[:-1], _on_the_next_day(keyed[-1])]
    found = asked(later, Instead(closures=[shut]))
    assert plans(found, WHAT_IF) == {"o1": {"lyon": 2}, "o2": {"lyon": 6}, "o3": {"madrid": 1}}
    assert found.replaced == ("closures",)
    assert plans(asked(later, Instead(closures=[shut._replace(site="nowhere")])), WHAT_IF) == plans(found, RECORDED)


def _on_the_next_day(record):
    envelope = Envelope.from_headers(record.headers)
    return record._replace(headers=envelope._replace(at=NOW + timedelta(days=1)).to_headers())


def test_twice_gives_the_same_hash_and_another_what_if_another(keyed, sites):
    once, twice = (asked(keyed, sites) for _ in range(2))
    assert once.columns == twice.columns
    assert once.columns[0].hash != once.columns[1].hash


def test_only_orders_of_the_window_count(keyed, sites):
    window = Window(Place("stock-commands", 0, 5), Place("stock-commands", 0, 6))
    assert list(asked(keyed, sites, window).base.orders) == ["o2"]


def test_parcels_are_priced_by_the_rule_of_fulfillment_and_late_where_no_rate_is_in_time(keyed):
    rates = Instead({"rates": published(Kind.RATES, [rate("slow", 100, 9), rate("fast", 300, 1)])})
    found = asked(keyed, rates)
    assert figure(found, "parcels nobody takes") == (5, 0)
    assert figure(found, "shipping cost EUR") == (0, 5 * 600)
    assert figure(found, "late orders") == (0, 3)


def test_what_warehouses_did_and_parcels_that_are_not_there_break_nothing(keyed, sites):
    picked = AdvanceShipment(
        pool=0, order_id="o1", shipment_id="o1-1", stage=Stage.PICKED, lines=(LineQuantity(line_id="1", quantity=2),)
    )
    canceled = ReleaseStock(
        pool=0, order_id="o2", version=2, canceled=(CanceledUnits(line_id="1", quantity=1, shipment_id="o2-2"),)
    )
    found = asked(appended(keyed, picked, canceled), sites)
    assert figure(found, "records nobody can decide") == (0, 0)


def test_files_are_known_by_their_names(tmp_path):
    (tmp_path / "winter-sites.csv").write_text("id,name,country,latitude,longitude\nlyon,Lyon,FR,45.76,4.84\n")
    (tmp_path / "stock.csv").write_text("site,sku,quantity\nlyon,cup,7\n")
    (tmp_path / "closed.csv").write_text("site,from,to\nlyon,2010-12-24,2010-12-26\n")
    (found,) = read_givens([tmp_path / "winter-sites.csv", tmp_path])
    assert list(found.instead.reference) == ["sites"]
    assert found.instead.closures == [Closure("lyon", date(2010, 12, 24), date(2010, 12, 26))]
    assert found.instead.stock == [Position("lyon", "cup", 7)]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("sites.csv", "id,name\nlyon,Lyon\n", "country"),
        ("stock.csv", "site,sku\nlyon,cup\n", "line 1: expected the header site,sku,quantity"),
        ("stock.csv", "site,sku,quantity\nlyon,cup,-1\n", "line 2"),
        ("closed.csv", "site,from,to\nlyon,today,2010-12-24\n", "closed.csv, line 2: expected days such as"),
        ("closed.csv", "site,from,to\nlyon,2010-12-25,2010-12-24\n", "2010-12-24 is before 2010-12-25"),
        ("other.csv", "", "a what-if reads sites.csv"),
    ],
)
def test_what_is_wrong_in_a_file_is_named(tmp_path, name, content, said):
    (tmp_path / name).write_text(content)
    with pytest.raises(Unavailable, match=re.escape(said)):
        read_givens([tmp_path / name])


def policy(folder, name, handling=0):
    """A file of a policy that prefers lyon, which takes so much for a parcel."""
    (folder / f"{name}.yaml").write_text(
        f"name: {name}\ncurrency: EUR\nsites:\n  lyon: {{priority: 1, handling: {handling}}}\n"
        "  madrid: {priority: 2}\nrules:\n  - name: all\n    criteria: [{by: priority}]\n"
    )
    return folder / f"{name}.yaml"


def test_a_policy_decides_from_the_start(keyed, tmp_path):
    found = compared(Settings(), keyed, read_givens([policy(tmp_path, "lyon-first")]), EVERYTHING)
    assert found.replaced == ("sourcing",)
    assert plans(found, RECORDED)["o1"] == {"madrid": 2}
    assert plans(found, "lyon-first")["o1"] == {"lyon": 2}
    assert figure(found, "records nobody can decide") == (0, 0)


def test_policies_stand_beside_each_other_with_the_same_sites_and_stock(keyed, tmp_path):
    (tmp_path / "stock.csv").write_text("site,sku,quantity\nlyon,cup,50\nmadrid,cup,50\n")
    files = [policy(tmp_path, "one", handling=70), policy(tmp_path, "two"), tmp_path / "stock.csv"]
    found = compared(Settings(), keyed, read_givens(files), EVERYTHING, against="one")
    assert [column.name for column in found.columns] == [RECORDED, "one", "two"]
    assert plans(found, "one") == plans(found, "two") == {"o1": {"lyon": 2}, "o2": {"lyon": 6}, "o3": {"lyon": 1}}
    assert found.base.name == "one"
    assert figure(found, "handling EUR") == (210, 210, 210)  # by the terms of the first policy that has any


def test_in_processes_of_its_own_the_same_is_decided(keyed, sites):
    told = []
    assert asked(keyed, sites, jobs=2, tell=told.append) == asked(keyed, sites)


def test_two_policies_of_one_name_are_refused(tmp_path):
    with pytest.raises(Unavailable, match="two columns would be called recorded"):
        read_givens([policy(tmp_path, RECORDED)])


def test_a_folder_without_any_of_them_is_refused(tmp_path):
    with pytest.raises(Unavailable, match="has none of"):
        read_givens([tmp_path])


@pytest.fixture
def hostile(keyed):
    instead = Instead({"sites": published(Kind.SITES, [at(HOSTILE, 45.76, 4.84)])}, [Position(HOSTILE, "cup", 40)])
    return asked(keyed, instead)


@pytest.mark.parametrize("width", [40, 160])
def test_its_page_steers_no_terminal(hostile, width):
    console = Screen(file=io.StringIO(), width=width)
    console.print(page(hostile, Path("what-if.html")))
    told = console.file.getvalue()
    assert all(sign.isprintable() or sign == "\n" for sign in told)
    assert "[red]" in "".join(told.split())


def test_its_html_needs_nothing_else_and_runs_nothing(hostile):
    told = html_page(hostile)
    assert "<script" not in told
    assert "\x1b" not in told
    assert not re.search(r"(src|href)=|https?://|url\(|@import", told)
    drawings = re.findall(r"<svg.*?</svg>", told, re.DOTALL)
    assert len(drawings) == 2
    for drawing in drawings:
        minidom.parseString(drawing)  # noqa: S318  # our own
    assert "&lt;script&gt;" in drawings[-1]


def test_a_program_is_told_every_order_that_differs(keyed, sites):
    told = to_json(asked(keyed, sites))
    assert told["replaced"] == ("sites",)
    assert [one["order_id"] for one in told["differing"]] == ["o1", "o2"]
    assert list(told["figures"]["km"]) == list(told["hashes"]) == [RECORDED, WHAT_IF]
    assert told["differing"][0]["sourced"][RECORDED]["sites"] == {"madrid": 2}
