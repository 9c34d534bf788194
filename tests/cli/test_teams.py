"""`cauce teams`: what teams and suppliers were told, in a read model of facts that tests tell."""

import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from cauce.cli import main
from schemas.envelope import Envelope
from schemas.teams import TeamNoticeFailed, TeamNotified
from schemas.topics import HOME

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LOW = TeamNotified(about="CUP", addressee="team:buyers", kind="low", reference="c-1", subject="Cup is low: 3 free")
BUY = TeamNoticeFailed(
    about="CUP", addressee="supplier:ACME", kind="purchase", reference="c-2", subject="To buy: 30 of Cup",
    detail="the mail server refused it with 550",
)  # fmt: skip


@pytest.fixture
def teams(lives, tmp_path):
    """A deployment that was told facts: `teams(fact, ...)` answers what the console says to words."""

    def told(*facts):
        (tmp_path / "default").mkdir(exist_ok=True)
        model = lives.Model(f"sqlite:///{tmp_path / 'default' / 'insight.sqlite'}")
        model.take([_fact(lives, number, fact) for number, fact in enumerate(facts, start=1)])
        model.engine.dispose()
        return lambda *words: CliRunner().invoke(main, ["teams", *words], env={"CAUCE_HOME": str(tmp_path)})

    return told


def _fact(lives, number, message):
    envelope = Envelope(
        id=f"e-{number}", type=message.type, source="/cauce/notify/teams/0", subject=message.key_value(),
        sequence=number, at=AT.replace(minute=number), release="0.1.0",
    )  # fmt: skip
    return lives.Fact(HOME[type(message)], 0, number, envelope, message)


def test_what_was_told_is_listed_with_what_became_of_it(teams):
    shown = teams(LOW, BUY)().output
    assert "team buyers" in shown
    assert "Cup is low: 3 free" in shown
    assert "no: the mail server refused it with 550" in shown


def test_a_team_a_supplier_a_kind_and_the_failed_ones_can_be_asked_for(teams):
    ask = teams(LOW, BUY)
    listed = {
        words: [json.loads(row)["addressee"] for row in ask(*words, "--json").output.splitlines()]
        for words in [(), ("buyers",), ("ACME",), ("team:buyers",), ("--kind", "purchase"), ("--failed",)]
    }
    both, buyers, acme = ["supplier:ACME", "team:buyers"], ["team:buyers"], ["supplier:ACME"]
    assert list(listed.values()) == [both, buyers, acme, buyers, acme, acme]


def test_a_notice_that_came_twice_stands_once(teams):
    assert len(teams(LOW, LOW)("--json").output.splitlines()) == 1


def test_where_nobody_was_told_the_page_that_explains_it_is_named(teams):
    shown = teams(LOW)("nobody")
    assert shown.exit_code == 0
    assert "addressees.yaml" in shown.output
