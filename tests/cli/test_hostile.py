"""What outsiders wrote reaches no terminal as markup or as a command, whichever page or line it stands on."""

import ast
import io
import json
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import String, Text, update

import cauce.cli
from cauce.audit.auditor import Verdict
from cauce.audit.record import Violation
from cauce.audit.states import State
from cauce.cli import COMMANDS, audit_page, main, order_list, order_page, parked_page, replay_page
from cauce.cli.plain import harmless, say, say_content
from cauce.cli.screen import Screen, grid, text
from cauce.cli.waiting import SET_ASIDE, WAITS
from cauce.replay.compare import Row
from services.insight.columns import METADATA
from services.insight.reading import orders_in, orders_named, reading, story_of

HOSTILE = "[/bold] [red]:smile: \x1b[2J\x9b31m\u202egnp.exe\x07\r\nMZ\ud800\x00"
SHOWN = r"[/bold] [red]:smile: \x1b[2J\x9b31m\u202egnp.exe\x07\r\nMZ\ud800\x00"
STORED = HOSTILE.replace("\ud800", "")  # no database takes half a character
OURS = {"state", "stage", "currency", "price_currency", "candidates", "losers"}  # words and forms of this code
CLI = Path(cauce.cli.__file__).parent
WIDTHS = (40, 80, 120, 160)


def shown(page, width=160):
    console = Screen(file=io.StringIO(), width=width)
    console.print(page)
    return console.file.getvalue()


def is_harmless(told):
    return all(sign.isprintable() or sign == "\n" for sign in told)


@pytest.fixture(scope="module")
def home(lives, tmp_path_factory):
    """A deployment of which every text in the read model that is not a key came from somebody who means harm."""
    made = tmp_path_factory.mktemp("home")
    (made / "default").mkdir()
    model = lives.Model(f"sqlite:///{made / 'default' / 'insight.sqlite'}")
    model.take([*lives.live(1), *lives.live(2)])
    with model.engine.begin() as connection:
        for table in METADATA.sorted_tables:
            columns = [one for one in table.columns if isinstance(one.type, String | Text) and one.name not in OURS]
            if free := {one.name: STORED for one in columns if not one.primary_key and one.name != "order_id"}:
                connection.execute(update(table).values(free))
    model.engine.dispose()
    return made


@pytest.fixture
def model(home):
    from cauce.runtime.settings import Settings

    with reading(Settings(home=home)) as connection:
        yield connection


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("page", ["list", "show"])
def test_pages_of_orders_show_it_as_it_is(model, page, width):
    orders = orders_in(model, states=(), limit=5)
    if page == "list":
        told = shown(order_list.table_of(orders, {}, width=width), width)
    else:
        told = shown(order_page.page(story_of(model, orders[0]), everything=True, width=width), width)
    assert is_harmless(told)
    assert "[/bold]" in told
    assert r"\x1b" in "".join(told.split())


@pytest.mark.parametrize(
    "words", [("list",), ("list", "--json"), ("show", "ord0001"), ("show", "ord0001", "--json"), ("show", "[/bold]")]
)
def test_the_commands_about_orders_say_it_as_it_is(home, words):
    told = CliRunner().invoke(main, ["order", *words], env={"CAUCE_HOME": str(home)})
    assert told.exit_code == (2 if words[-1] == "[/bold]" else 0)
    assert is_harmless(told.output)


def test_json_says_the_same_to_a_program(home):
    told = CliRunner().invoke(main, ["order", "show", "ord0001", "--json"], env={"CAUCE_HOME": str(home)})
    assert json.loads(told.output)["lines"][0]["description"] == STORED


def test_a_choice_between_orders_shows_it_as_it_is(model):
    assert is_harmless(order_list.choices(orders_named(model, STORED, limit=5)).replace("\n", ""))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("state", [WAITS, SET_ASIDE])
def test_the_page_of_parked_records_shows_it_as_it_is(width, state):
    names = ("service", "number", "lane", "subject", "next", "reason", "came_as")
    row = dict.fromkeys(names, HOSTILE) | {"state": state, "parked_at": "2026-03-02T09:00:00+00:00"}
    told = shown(parked_page.page([row], None), width)
    assert is_harmless(told)
    assert "[/bold]" in told


@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_of_an_audit_shows_it_as_it_is(width):
    broken = Violation(8, HOSTILE, HOSTILE, HOSTILE)
    told = shown(audit_page.page(Verdict(1, (broken,), {State.IN_QUEUE: 1}), notes=[HOSTILE]), width)
    assert is_harmless(told)
    assert told.count("[/bold]") == 4


@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_of_a_replay_shows_it_as_it_is(width):
    rows = [Row("intake-orders", 0, HOSTILE, 1, "a", "b", HOSTILE)]
    told = shown(replay_page.page(rows, {"notify-router": HOSTILE}), width)
    assert is_harmless(told)
    assert told.count("[/bold]") == 3


def test_what_is_said_line_by_line_stays_in_its_line(capsys):
    say(f"reason: {HOSTILE}")
    assert capsys.readouterr().out == f"reason: {SHOWN}\n"


def test_content_keeps_its_lines_and_nothing_else(capsys):
    say_content("one\n\ttwo \x1b[2J")
    assert capsys.readouterr().out == "one\n    two \\x1b[2J\n"


def test_letters_marks_and_spaces_of_any_language_are_left_alone():
    said = "Élan n\N{DEGREE SIGN}\N{NO-BREAK SPACE}5 \N{HEBREW LETTER ALEF} \N{HIRAGANA LETTER A} \N{HOT BEVERAGE}"
    assert harmless(said) == said


def test_a_console_catches_what_was_made_without_care():
    from rich.panel import Panel
    from rich.text import Text as Careless

    table = grid("a", "b")
    table.add_row(HOSTILE, Careless(HOSTILE))
    told = shown(table) + shown(Panel(Careless(HOSTILE), title=Careless(HOSTILE))) + shown(HOSTILE)
    assert is_harmless(told)


def test_an_error_shows_it_as_it_is(tmp_path, monkeypatch):
    monkeypatch.setenv("CAUCE_HOME", str(tmp_path))
    monkeypatch.setenv("CAUCE_SERVERS", "[/x]\x1b[2J:9092")
    told = CliRunner().invoke(main, ["broker", "start"])
    assert told.exit_code == 2
    assert is_harmless(told.output)
    assert r"[/x]\x1b[2J" in told.output


def test_a_title_that_is_a_time_is_a_time():
    assert str(text(datetime(2026, 3, 2))) == "2026-03-02 00:00:00"  # noqa: DTZ001  # any value is shown


# -- that nobody forgets

MAKERS = {"plain", "screen"}
OWN_WORDS = {"broker", "reference", "up", "demo"}  # say what they did themselves; the demo's pages are cauce.demo's
RICH = {"Group", "RenderableType", "Padding", "Table", "Text"}
MADE = {"Text", "Table", "Console", "Panel", "Rule", "Tree", "Columns", "Markdown"}
MODULES = sorted(path for path in CLI.glob("*.py") if path.stem not in MAKERS | OWN_WORDS)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_commands_print_and_make_texts_by_the_two_modules_that_take_care(path):
    found = set(_careless(ast.parse(path.read_text(encoding="utf-8"))))
    assert found == set(), f"{path.name}: use cauce.cli.screen and cauce.cli.plain instead"


def test_the_rule_sees_what_it_forbids():
    careless = (
        "import click\nfrom rich.console import Console\nConsole().print(x)\nclick.echo(x)\nprint(x)\nText.assemble(x)"
    )
    assert set(_careless(ast.parse(careless))) == {"import Console", "Console", "click.echo", "print", "Text.assemble"}


def test_every_command_is_held_to_it():
    assert {path.stem for path in CLI.glob("*.py")} >= set(COMMANDS.values())


def _careless(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "rich":
            yield from (f"import {name.name}" for name in node.names if name.name not in RICH)
        elif isinstance(node, ast.Import):
            yield from (f"import {name.name}" for name in node.names if name.name.partition(".")[0] == "rich")
        elif isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called.partition(".")[0] in MADE or called in {"print", "click.echo", "click.secho", "sys.stdout.write"}:
                yield called
