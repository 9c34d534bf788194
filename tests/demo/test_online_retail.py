"""Invoices of a real shop as orders, returns, charges and adjustments: every line goes somewhere."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from cauce.demo.builtin import plan_of, postal_folder
from cauce.demo.inputs import Adjusted, Charged, Ordered, SentBack
from cauce.demo.online_retail import Reader
from cauce.demo.plan import SPARE_UNITS, demand_of, is_short, opening_stock
from cauce.runtime.settings import Settings
from schemas.raw import ChannelCancellation, ChannelOrder
from schemas.reference import Kind
from schemas.stock_forms import StockAdjustment


def test_an_invoice_becomes_an_order_with_its_lines_in_minor_units(read):
    plan = read("536365,85123A,HEART,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom")

    (order,) = plan.orders
    (line,) = order.lines
    assert (order.order, order.customer, order.ship_to.country) == ("536365", "17850", "GB")
    assert (line.sku, line.quantity, line.unit_price, line.amount) == ("85123A", 6, 255, 1530)


def test_codes_that_are_not_goods_are_charges(read):
    plan = read(
        "1,85123A,HEART,1,2010-12-01 08:26:00,2.55,17850.0,France",
        "1,POST,POSTAGE,3,2010-12-01 08:26:00,18.00,17850.0,France",
    )

    assert [(charge.code, charge.amount) for charge in plan.orders[0].charges] == [("POST", 5400)]
    assert [product.id for product in plan.reference[Kind.PRODUCTS]] == ["85123A"]


def test_lines_that_stand_twice_are_kept(read):
    line = "1,85123A,HEART,1,2010-12-01 08:26:00,2.55,17850.0,United Kingdom"

    assert len(read(line, line).orders[0].lines) == 2


def test_an_order_without_a_customer_is_a_guests(read):
    plan = read("536544,85123A,HEART,1,2010-12-01 08:26:00,2.55,,United Kingdom")

    assert plan.orders[0].customer == "guest-536544"


def test_negative_lines_of_an_ordinary_invoice_adjust_the_stock(read):
    plan = read("536589,21777,RECIPE BOX,-10,2010-12-01 16:50:00,0,,United Kingdom")

    (entry,) = plan.entries
    assert isinstance(entry.form, StockAdjustment)
    assert (entry.form.sku, entry.form.change) == ("21777", -10)


def test_a_c_invoice_returns_the_lines_whose_purchase_is_known(read):
    plan = read(
        "1,85123A,HEART,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom",
        "C2,85123A,HEART,-2,2010-12-01 09:00:00,2.55,17850.0,United Kingdom",
        "C2,22720,TINS,-1,2010-12-01 09:00:00,4.95,17850.0,United Kingdom",
    )

    (known,), (unknown,) = plan.returns["1"], plan.returns[""]
    assert [(line.line, line.quantity) for line in known.request.lines] == [(1, 2)]
    assert (known.invoice, unknown.invoice) == ("C2", "C2")
    assert unknown.request.order is None


def test_units_that_came_back_already_are_not_returned_again(read):
    plan = read(
        "1,85123A,HEART,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom",
        "C2,85123A,HEART,-4,2010-12-01 09:00:00,2.55,17850.0,United Kingdom",
        "C3,85123A,HEART,-4,2010-12-01 09:30:00,2.55,17850.0,United Kingdom",
    )

    asked = [(one.request.request, line.quantity) for one in plan.returns["1"] for line in one.request.lines]
    assert asked == [("C2-1", 4), ("C3-1", 2), ("C3-2-beyond", 2)]


def test_units_beyond_those_that_were_bought_are_asked_for_too_after_those_that_were(read):
    plan = read(
        "1,85123A,HEART,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom",
        "C2,85123A,HEART,-10,2010-12-01 09:00:00,2.55,17850.0,United Kingdom",
        "C3,85123A,HEART,-1,2010-12-01 09:00:00,2.55,17850.0,United Kingdom",
    )

    asked = [(one.request.request, [line.quantity for line in one.request.lines]) for one in plan.returns["1"]]
    assert asked == [("C2-1", [6]), ("C2-2-beyond", [4]), ("C3-1-beyond", [1])]


def test_a_day_of_returns_alone_has_a_beginning_and_asks_for_all_of_them(read):
    plan = read("C2,85123A,HEART,-2,2010-12-01 09:00:00,2.55,17850.0,United Kingdom")

    assert plan.hours[0] == plan.hours[1] == datetime(2010, 12, 1, 9, tzinfo=UTC)
    assert [one.request.request for one in plan.returns[""]] == ["C2-unknown"]


def test_an_invoice_whose_lines_do_not_stand_together_is_one_order_and_times_are_put_in_order(read):
    line = "85123A,HEART,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom"
    plan = read(f"1,{line}", f"2,{line.replace('08:26', '08:00')}", f"1,{line}")

    assert [(order.order, len(order.lines)) for order in plan.orders] == [("2", 1), ("1", 2)]


def test_an_invoice_of_goods_and_missing_units_is_one_invoice(read):
    plan = read(
        "1,85123A,HEART,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom",
        "1,22720,TINS,-1,2010-12-01 08:26:00,0,17850.0,United Kingdom",
    )

    assert plan.invoices == {"1"}
    assert [type(line.asked) for line in plan.lines] == [Adjusted, Ordered]


def test_every_line_of_thirty_real_days_goes_somewhere():
    folder = Settings().data
    plan = Reader(folder / "geonames_postal").read(sorted((folder / "uci_online_retail").glob("*.csv")))

    kinds = Counter(type(line.asked) for line in plan.lines)
    back = [line.asked.parts for line in plan.lines if isinstance(line.asked, SentBack)]
    beyond = [(parts, part.units) for parts in back for part in parts if part.request.endswith("-beyond")]
    assert kinds == {Ordered: 80064, Charged: 270, Adjusted: 145, SentBack: 1188}
    assert len({line.place for line in plan.lines}) == 81667
    assert (len(plan.invoices), len(plan.return_requests)) == (3111, 520)
    assert max(len(order.lines) + len(order.charges) for order in plan.orders) == 675
    assert sum(any(part.line and not part.request.endswith("-beyond") for part in parts) for parts in back) == 410
    assert sum(units for parts, units in beyond if len(parts) > 1) == 162


def test_what_becomes_of_an_order_hangs_on_no_other_order():
    plan = plan_of(200)
    demand = demand_of(plan)
    stock = opening_stock(plan, plan.reference[Kind.SITES])

    assert all(units.get(sku, 0) in (0, demand[sku] + SPARE_UNITS) for units in stock.values() for sku in demand)
    assert all(any(sku in units for units in stock.values()) != is_short(sku) for sku in demand)


def test_who_cancels_in_the_built_in_company_waits_for_all_of_the_order():
    plan = plan_of(300)
    canceled = {entry.form.order for entry in plan.entries if isinstance(entry.form, ChannelCancellation)}

    assert canceled
    assert all(is_short(line.sku) for order in plan.orders if order.order in canceled for line in order.lines)


def test_the_built_in_company_has_the_shape_of_a_real_one_and_is_the_same_every_time():
    plan = plan_of(1000)
    counts = [len(order.lines) for order in plan.orders]

    assert plan.orders == plan_of(1000).orders
    assert 22 <= sum(counts) / len(counts) <= 30
    assert all(isinstance(order, ChannelOrder) and Path(postal_folder()).is_dir() for order in plan.orders)


def test_units_that_go_missing_never_leave_an_order_waiting(read):
    plan = read(
        "1,85123A,HEART,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom",
        "2,85123A,HEART,-600,2010-12-01 09:00:00,0,,United Kingdom",
    )
    units = opening_stock(plan, plan.reference[Kind.SITES])

    assert units["DAVENTRY"]["85123A"] >= 606
