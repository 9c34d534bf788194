"""The facts that a deployment would give for the plan of a tiny day, made from the golden examples."""

from cauce.money import Money
from cauce.runtime.settings import CHECKOUT
from schemas.orders import CanceledUnits, Charge, OrderChanged, OrderLine, OrderPlaced, OrderRefused
from schemas.payments import PaymentCaptured, PaymentRefunded
from schemas.returns import (
    DisposedUnits,
    GoodsReturned,
    Grade,
    RefundRequested,
    ReturnAuthorized,
    ReturnLine,
    ReturnRefused,
)
from schemas.shipments import ParcelDelivered, ParcelPacked, ParcelShipped
from schemas.stock import AdjustmentRefused, Allocated, Disposition, Move, Shipment, ShipmentLine, StockMoved

DAY = (
    "1,MUG,MUG,6,2010-12-01 08:00:00,2.00,1,United Kingdom",
    "1,CUP,CUP,3,2010-12-01 08:00:00,1.00,1,United Kingdom",
    "1,POST,POSTAGE,1,2010-12-01 08:00:00,5.00,1,United Kingdom",
    "2,M,MANUAL,1,2010-12-01 08:10:00,9.00,2,United Kingdom",
    "3,MUG,LOST,-4,2010-12-01 08:20:00,0,,United Kingdom",
    "3,CUP,LOST,-2,2010-12-01 08:20:00,0,,United Kingdom",
    "C4,MUG,MUG,-8,2010-12-01 09:00:00,2.00,1,United Kingdom",
    "C4,PEN,PEN,-1,2010-12-01 09:00:00,2.00,1,United Kingdom",
)
CHARGED = {"1": 2000, "2": 900}
GIVEN_BACK = {"2": 900}


def example(kind):
    return kind.read(next(iter(sorted((CHECKOUT / "schemas" / "examples" / kind.type).glob("*.json")))).read_bytes())


def like(kind, **fields):
    return example(kind).model_copy(update=fields)


def pence(amount):
    return Money(amount=amount, currency="GBP")


def _line(line_id, sku, quantity, amount):
    money = {"unit_price": pence(0), "amount": pence(amount), "tax": pence(0)}
    return OrderLine(line_id=line_id, sku=sku, quantity=quantity, **money)


def _units(line_id, sku, quantity):
    return ShipmentLine(line_id=line_id, sku=sku, quantity=quantity, weight_grams=1)


def _moved(reference, quantity):
    return like(StockMoved, move=Move.ADJUSTED, reference=reference, quantity=quantity)


def of_day():
    """Order 1 is placed, one cup of it canceled, the rest delivered, six mugs sent back; order 2 is refused."""
    lines = (_line("1", "MUG", 6, 1200), _line("2", "CUP", 3, 300))
    charge = Charge(code="POST", amount=pence(500))
    left = (_units("1", "MUG", 6), _units("2", "CUP", 2))
    shipment = Shipment(shipment_id="S1", site="A", country="GB", distance_meters=1, lines=left)
    back = {"line_id": "1", "sku": "MUG", "quantity": 6}
    disposed = DisposedUnits(**back, grade=Grade.NEW, disposition=Disposition.RESTOCK)
    canceled = CanceledUnits(line_id="2", quantity=1)
    return (
        like(OrderPlaced, order_id="o1", channel_order="1", lines=lines, charges=(charge,)),
        like(OrderRefused, order_id="o2", channel_order="2"),
        like(OrderChanged, order_id="o1", canceled=(canceled,), taken_off=pence(100)),
        like(Allocated, order_id="o1", shipments=(shipment,)),
        like(ParcelPacked, order_id="o1", lines=left),
        like(ParcelShipped, order_id="o1", lines=left),
        like(ParcelDelivered, order_id="o1", lines=left),
        _moved("3-1", 4),
        _moved("3-2", 1),
        like(AdjustmentRefused, adjustment_id="3-2", change=-2, taken=1),
        like(ReturnAuthorized, order_id="o1", request_id="C4-1", return_id="R1", lines=(ReturnLine(**back),)),
        like(GoodsReturned, order_id="o1", return_id="R1", units=(disposed,)),
        like(ReturnRefused, order_id="o1", request_id="C4-2-beyond"),
        like(ReturnRefused, order_id="r", request_id="C4-unknown"),
        like(PaymentCaptured, order_id="o1", amount=pence(2000)),
        like(RefundRequested, order_id="o1", return_id="R1", refund_id="R1:1", amount=pence(1200)),
        like(PaymentRefunded, order_id="o1", refund_id="R1:1", amount=pence(1200)),
        like(PaymentRefunded, order_id="o1", refund_id="change", amount=pence(100)),
    )
