"""Invoices of a real shop as orders, returns, charges and adjustments: every line goes somewhere."""

from pathlib import Path

import pytest

from cauce.demo.builtin import plan_of, postal_folder
from cauce.demo.online_retail import BrokenInput, Reader
from cauce.demo.plan import demand_of, is_short, opening_stock
from cauce.runtime.settings import Settings
from schemas.raw import ChannelOrder, StockAdjustment
from schemas.reference import Kind

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"


@pytest.fixture
def read(tmp_path):
    def read(*lines):
        path = tmp_path / "day.csv"
        path.write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8")
        return Reader(postal_folder()).read([path])

    return read


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


def test_returned_units_are_never_more_than_were_bought(read):
    plan = read(
        "1,85123A,HEART,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom",
        "C2,85123A,HEART,-4,2010-12-01 09:00:00,2.55,17850.0,United Kingdom",
        "C3,85123A,HEART,-4,2010-12-01 09:30:00,2.55,17850.0,United Kingdom",
    )

    asked = [line.quantity for planned in plan.returns["1"] for line in planned.request.lines]
    assert asked == [4, 2]


def test_a_file_of_another_shape_is_refused_by_name(tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")

    with pytest.raises(BrokenInput, match=r"other\.csv"):
        Reader(postal_folder()).read([path])


@pytest.mark.parametrize("broken", ["x", "6.5", ""])
def test_a_broken_line_is_named_with_its_number(read, broken):
    with pytest.raises(BrokenInput, match="line 2"):
        read(f"1,85123A,HEART,{broken},2010-12-01 08:26:00,2.55,17850.0,United Kingdom")


def test_every_line_of_thirty_real_days_goes_somewhere():
    folder = Settings().data
    plan = Reader(folder / "geonames_postal").read(sorted((folder / "uci_online_retail").glob("*.csv")))

    lines = plan.lines
    assert lines["input"] == 81667
    assert lines["input"] == sum(count for what, count in lines.items() if what != "input")
    assert max(len(order.lines) + len(order.charges) for order in plan.orders) == 675
    assert 400 <= lines["returned"] <= 430


def test_short_skus_have_less_than_the_demand_and_all_others_more():
    plan = plan_of(200)
    demand = demand_of(plan)
    units = opening_stock(plan, plan.reference[Kind.SITES])

    total = {sku: sum(of_site.get(sku, 0) for of_site in units.values()) for sku in demand}
    assert all(total[sku] < demand[sku] for sku in demand if is_short(sku) and demand[sku] > 1)
    assert all(total[sku] >= demand[sku] for sku in demand if not is_short(sku))


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
