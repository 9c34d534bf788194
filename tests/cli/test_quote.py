"""Quotes over what the keeper wrote to its changelogs: the desk that follows them, and its door."""

import asyncio

import aiohttp
import click
import pytest

from cauce.cli.promises import command as promises_command
from cauce.cli.quote import command as quote_command
from cauce.cli.quote import told
from cauce.cli.quote_desk import QuoteDesk
from cauce.cli.quote_door import basket_of, serving
from cauce.places import Coordinates
from cauce.runtime.reference.reference_files import published
from schemas.promises import PromiseTerms, SiteHours, Transit, Weekday
from schemas.reference import Kind, Product, Site
from schemas.stock import ReceiveStock, SkuQuantity

EVERY_DAY = tuple(Weekday)
TERMS = PromiseTerms(
    sites={"hub": SiteHours(time_zone="UTC", cutoffs={"standard": "17:30"}, working_days=EVERY_DAY)},
    transit=(Transit(carrier="dpd", option="standard", days=1, working_days=EVERY_DAY),),
)
ITEMS = {
    Kind.SITES: [Site(id="hub", name="Hub", country="GB", coordinates=Coordinates(latitude=52.0, longitude=-1.0))],
    Kind.PRODUCTS: [Product(id="cup", weight_grams=250)],
    Kind.PROMISES: [TERMS],
}


@pytest.fixture
def keeper(keepers):
    return keepers(QuoteDesk, ITEMS)


def receives(keeper, units):
    lines = (SkuQuantity(sku="cup", quantity=units),)
    keeper.hears(ReceiveStock(pool=0, receipt_id=f"r{keeper.offset}", site="hub", lines=lines))


def basket(sku="cup:2", country="gb", service="standard"):
    return basket_of([sku], country=country, postcode="SW1A1AA", service=service)


def test_a_quote_follows_the_stock_that_the_keeper_wrote(keeper):
    assert keeper.desk.quote(basket()).waits[0].sku == "cup"
    receives(keeper, 2)
    found = keeper.desk.quote(basket())
    assert (found.waits, found.shipments[0].site) == ((), "hub")
    assert found.promises_version == published(Kind.PROMISES, [TERMS])[0].version
    first, second = told(found)
    assert first.startswith("order within ")
    assert second.startswith("  2 x cup from hub, leaves ")
    assert keeper.desk.quote(basket("cup:3")).waits[0].quantity == 1


def test_what_is_not_known_is_named(keeper):
    assert keeper.desk.unknown(iter(["cup", "pot"])) == ["pot"]
    assert list(told(keeper.desk.quote(basket()))) == ["  2 x cup is not in stock, and no supply is known"]


@pytest.mark.parametrize("sku", ["cup:0", "cup:-1", "cup:x", ":2", ""])
def test_a_basket_that_cannot_be_read_is_refused_with_what_was_expected(sku):
    with pytest.raises(ValueError, match="expected SKU:QUANTITY"):
        basket(sku)


@pytest.mark.parametrize("module", [quote_command, promises_command])
def test_the_choices_of_a_command_are_words_and_their_defaults_among_them(module):
    chosen = [option for option in module.params if isinstance(option.type, click.Choice)]
    for option in chosen:
        assert option.default in option.type.choices
        assert all(type(word) is str for word in option.type.choices)
    assert chosen


def test_over_http_it_answers_with_json_and_refuses_with_the_reason(keeper):
    receives(keeper, 5)

    async def asked():
        async with serving(keeper.desk, 0) as url, aiohttp.ClientSession() as session:
            answers = []
            for question in (
                "sku=cup:2&country=GB",
                "sku=cup:2&country=XQ",
                "country=GB",
                "sku=cup&country=GB&service=x",
            ):
                async with session.get(f"{url}/quote?{question}") as answer:
                    answers.append((answer.status, await answer.json()))
            return answers

    good, *bad = asyncio.run(asked())
    assert good[0] == 200
    assert good[1]["shipments"][0]["promise"]["carrier"] == "dpd"
    assert [status for status, _ in bad] == [400] * 3
    assert "XQ is no country" in bad[0][1]["error"]
