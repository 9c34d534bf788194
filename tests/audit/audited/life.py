"""What may follow: a return, a refund, a notice, a cancellation."""

from audited.log import AT, KEEPER
from audited.order import (
    CUSTOMER,
    FRONT,
    INTAKE,
    NOTICES,
    ORDER,
    PAYMENTS,
    RETURNS,
    ROUTER,
    SHIPMENTS,
    Order,
    money,
)

from schemas.changing import ChangeAnswered, ChangeRequested, Outcome
from schemas.effects import EffectAnswered, EffectOutcome
from schemas.notices import CustomerNotified, NoticeKind, SendMail, TellCustomer
from schemas.orders import CanceledUnits, CancelOrder, LineQuantity, OrderChanged
from schemas.payments import PaymentFailed, PaymentRefunded, RefundOwed, RefundPayment
from schemas.reservations import StockReleased
from schemas.returns import (
    DisposedUnits,
    GoodsReturned,
    Grade,
    RefundLine,
    RefundRequested,
    ReturnAuthorized,
    ReturnLine,
    ReturnPending,
    ReturnTerms,
)
from schemas.stock import (
    Disposition,
    ReleaseStock,
)


class Life(Order):
    """What returns, payments and notify say, and what a change does."""

    def authorize(self):
        lines = (ReturnLine(line_id="1", sku="mug", quantity=1),)
        about = {"request_id": "q", "digest": "d", "return_id": "R1", "site": "A", "reason": "x", "expires_at": AT}
        self.add(RETURNS, "q", ReturnAuthorized(**ORDER, **about, lines=lines, customer=CUSTOMER))
        return self

    def take_back(self):
        units = DisposedUnits(line_id="1", sku="mug", quantity=1, grade=Grade.NEW, disposition=Disposition.RESTOCK)
        about = {"return_id": "R1", "customer": CUSTOMER}
        goods = {"receipt_id": "x", "site": "A", "units": (units,), "operator": "d", "digest": "d"}
        self.add(RETURNS, "rr", GoodsReturned(**ORDER, **about, **goods))
        lines = (RefundLine(line_id="1", quantity=1, amount=money(500), tax=money(80)),)
        self.add(RETURNS, "rr", RefundRequested(**ORDER, **about, refund_id="R1:1", amount=money(500), lines=lines))
        return self

    def owe(self, short=0):
        owed = {"refund_id": "R1:1", "because": "returned", "amount": money(500), "short": money(short)}
        self.add(PAYMENTS, "p2", RefundOwed(**ORDER, **owed, customer=CUSTOMER))
        return self

    def ask_provider(self):
        share = {"refund_id": "R1:1", "payment_id": "pay", "provider": "sandbox", "provider_reference": "ch_1"}
        self.add(PAYMENTS, "p2", RefundPayment(order_id="o1", **share, amount=money(500)))
        return self

    def answered(self):
        effect = self.entries[-1].envelope.id
        result = {"effect": RefundPayment.type, "reference": "R1:1/pay/1", "outcome": EffectOutcome.DONE}
        return self.add("/cauce/payments/runner/0", effect, EffectAnswered(
            subject="o1", effect_id=effect, provider_reference="re_1", attempts=1, **result,
        ))  # fmt: skip

    def refund(self):
        paid = {"refund_id": "R1:1", "payment_id": "pay", "provider": "sandbox", "provider_reference": "re_1"}
        about = {"amount": money(500), "because": "returned", "customer": CUSTOMER}
        self.add(PAYMENTS, self.answered(), PaymentRefunded(**ORDER, **paid, **about))
        return self

    def decline(self):
        refused = {"order_id": "o1", "refund_id": "R1:1", "payment_id": "pay", "detail": "closed account"}
        self.add(PAYMENTS, self.answered(), PaymentFailed(**refused, amount=money(500)))
        return self

    def ask_for_return(self):
        about = {"order_id": "o1", "request_id": "q", "digest": "d", "reason": "x", "asked_by": "customer"}
        terms = ReturnTerms(window_days=30, site="A")
        self.add(RETURNS, "q", ReturnPending(**about, asked_at=AT, decide_by=AT, terms=terms))
        return self

    def tell(self):
        about = {"person_id": "p1", "kind": NoticeKind.RECEIVED, "reference": "o1", "order_id": "o1", "language": "en"}
        told = self.add(ROUTER, "placed", TellCustomer(**about, personal=CUSTOMER.personal))
        mail = {"message_id": "<1@x.invalid>", "written_at": AT, "subject": "s", "body": "b"}
        self.add(NOTICES, told, SendMail(**about, **mail, personal=CUSTOMER.personal))
        return self

    def notified(self):
        about = {"person_id": "p1", "kind": NoticeKind.RECEIVED, "reference": "o1", "order_id": "o1"}
        self.add(NOTICES, "sent", CustomerNotified(**about, message_id="<1@x.invalid>"))
        return self

    def ask_to_cancel(self):
        asked = {"order_id": "o1", "request_id": "c1", "reason": "x", "asked_by": "channel"}
        self.asked("intake/door/channel-orders", "cancel-1", CancelOrder(**asked))
        lines = (LineQuantity(line_id="1", quantity=2),)
        self.add(INTAKE, "cancel-1", ChangeRequested(**asked, lines=lines))
        return self

    def agree_to_cancel(self, shipment_id=""):
        units = (CanceledUnits(line_id="1", quantity=2, shipment_id=shipment_id),)
        answer = {"order_id": "o1", "request_id": "c1", "outcome": Outcome.ACCEPTED, "canceled": units}
        self.add(SHIPMENTS, "asked", ChangeAnswered(**answer))
        return self

    def change(self):
        units = (CanceledUnits(line_id="1", quantity=2),)
        changed = {"version": 2, "request_id": "c1", "canceled": units, "whole": True, "reason": "x"}
        sums = {"taken_off": money(1000), "amount": money(0)}
        self.add(INTAKE, "answered", OrderChanged(**ORDER, **changed, **sums, customer=CUSTOMER))
        about = {"order_id": "o1", "pool": 0, "version": 2}
        self.add(FRONT, "changed", ReleaseStock(**about, canceled=units), id="release")
        owed = {"refund_id": "o1:v2", "because": "canceled", "amount": money(1000), "short": money(1000)}
        self.add(PAYMENTS, "p2", RefundOwed(**ORDER, **owed, customer=CUSTOMER))
        return self

    def leave_out(self):
        units = (CanceledUnits(line_id="1", quantity=2),)
        self.add(KEEPER, "release", StockReleased(order_id="o1", pool=0, version=2, units=units))
        return self
