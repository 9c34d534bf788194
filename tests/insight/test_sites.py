"""Which sites are closed, or will be: the last that was told of each stands."""

from datetime import UTC, date, datetime

import pytest
from rich.console import Console

from cauce.cli import stock_page
from cauce.cli.site import page
from schemas.closures import SiteClosing, SiteOpened
from schemas.envelope import Envelope
from schemas.light import lightened
from services.insight.domain.rows import Fact
from services.insight.site_reading import closures_standing
from services.insight.stock_reading import sku_story

AT = datetime(2026, 3, 4, 8, 15, tzinfo=UTC)


def fact(message, sequence):
    envelope = Envelope(f"id-{sequence}", message.type, "/test", message.site, sequence, AT, "test")
    return Fact("site-closures", 0, sequence, envelope, lightened(message))


def closing(site="madrid", name="C-1", *, closed=True, **days):
    return SiteClosing(pool=0, closure_id=name, site=site, reason="flood", closed=closed, **days)


def opened(site="madrid"):
    return SiteOpened(pool=0, opening_id="O-1", site=site, closure_id="C-1")


@pytest.fixture
def standing(model):
    def standing(*messages):
        facts = [fact(message, number) for number, message in enumerate(messages, 1)]
        model.take(facts[::-1])
        with model.engine.connect() as connection:
            return closures_standing(connection)

    return standing


def test_a_closure_stands_until_the_site_is_opened(standing):
    assert [(one["site"], one["closed"], one["at"]) for one in standing(closing())] == [("madrid", True, AT)]


def test_an_opened_site_has_none(standing):
    assert [one["site"] for one in standing(closing(), closing("lyon"), opened())] == ["lyon"]


def test_the_last_closure_of_a_site_is_the_one(standing):
    (one,) = standing(closing(ends_on="2026-03-09"), closing(name="C-2", closed=False, begins_on="2026-03-06"))
    assert (one["closure_id"], one["closed"]) == ("C-2", False)
    assert (one["begins_on"], one["ends_on"]) == (date(2026, 3, 6), None)


def test_the_page_says_since_when_until_when_and_why(standing):
    screen, will_close = Console(width=120), closing("lyon", closed=False, begins_on="2026-03-06")
    with screen.capture() as shown:
        screen.print(page(standing(closing(ends_on="2026-03-09"), will_close)))
    lines = [" ".join(line.split()) for line in shown.get().splitlines()]
    assert lines[1:] == [
        "lyon will close from 2026-03-06 on it is opened flood",
        "madrid closed Wed 04 Mar 2026 08:15 the end of 2026-03-09 flood",
    ]


def test_a_sku_is_shown_with_the_sites_that_are_closed(standing, model):
    at = model.rows("positions")[0]
    standing(closing(at["site"]), closing("nowhere"))
    with model.engine.connect() as connection:
        story = sku_story(connection, at["sku"], limit=9)
    assert [one["site"] for one in story.closed] == [at["site"]]
    screen = Console(width=120)
    with screen.capture() as shown:
        screen.print(stock_page.page(story))
    assert f"{at['site']} (closed)" in shown.get()
