"""Every state that an order may be in, everything that may be asked of it there, and what the deciders answer."""

from collections.abc import Callable, Iterable

from cauce.cli.order_lives import CUSTOMER, ORDER, OrderLife, placed, pounds, too_dear
from schemas.base import Message
from schemas.changing import (
    ChangeAnswered,
    ChangeOrder,
    ChangeRefused,
    LineTarget,
    NewLine,
    OrderRedirected,
    OrderSupplemented,
    Outcome,
    RedirectOrder,
)
from schemas.holding import HoldLifted, HoldOrder, HoldRefused, HoldTaken, OrderReleased, ReleaseHold
from schemas.holds import HoldKind
from schemas.orders import CancelOrder, OrderChanged, OrderConflicted, OrderPlaced, OrderRefused, ShipOption
from schemas.shipments import CarrierStatus, Scan

_HAND_OVER, _PICK, _PACK = Scan.HANDED_OVER, Scan.PICKED, Scan.PACKED
NOTHING_NEW = "nothing new"


def _hold(kind: HoldKind) -> HoldOrder:
    return HoldOrder(order_id=ORDER, request_id="held", kind=kind, reason="", asked_by="desk")


def _taken() -> OrderLife:
    life = OrderLife()
    life.tell(placed())
    return life


def _held() -> OrderLife:
    life = _taken().allocate(1, 2)
    life.tell(_hold(HoldKind.MANUAL))
    return life


def _parcel_held() -> OrderLife:
    life = _taken().allocate(1, 2).scan(_PACK, 1, 2)
    life.tell(_hold(HoldKind.EXPORT))
    return life


def _after(life: OrderLife, *messages: Message) -> OrderLife:
    life.tell(*messages)
    return life


STATES: dict[str, Callable[[], OrderLife]] = {
    "never sent": OrderLife,
    "refused": lambda: _after(OrderLife(), placed(lines=())),
    "held from the stock": lambda: _after(OrderLife(), too_dear()),
    "placed, or all of it waits": _taken,
    "one part at work, one waits": lambda: _taken().allocate(1),
    "at work": lambda: _taken().allocate(1, 2),
    "held at work": _held,
    "picked": lambda: _taken().allocate(1, 2).scan(_PICK, 1, 2),
    "one parcel packed, one at work": lambda: _taken().allocate(1, 2).scan(_PACK, 1),
    "packed": lambda: _taken().allocate(1, 2).scan(_PACK, 1, 2),
    "packed, and held": _parcel_held,
    "one parcel shipped, one at work": lambda: _taken().allocate(1, 2).scan(_PACK, 1).scan(_HAND_OVER, 1),
    "shipped": lambda: _taken().allocate(1, 2).scan(_PACK, 1, 2).scan(_HAND_OVER, 1, 2),
    "delivered": lambda: _taken().allocate(1, 2).scan(_PACK, 1, 2).carry(CarrierStatus.DELIVERED, 1, 2),
    "canceled": lambda: _after(
        _taken(), CancelOrder(order_id=ORDER, request_id="canceled", reason="", asked_by="desk")
    ),
}


def _cancel(*line_ids: str) -> CancelOrder:
    return CancelOrder(order_id=ORDER, request_id="asked", line_ids=line_ids, reason="", asked_by="desk")


def _change(added: tuple[NewLine, ...] = (), **quantities: int) -> ChangeOrder:
    return ChangeOrder(
        order_id=ORDER,
        request_id="asked",
        quantities=tuple(LineTarget(line_id=name[1:], quantity=units) for name, units in quantities.items()),
        added=added,
        supplement_id="mfzxi2lpn5xge4lumfzxi2lp",
        supplement="1001+asked",
        reason="",
        asked_by="desk",
    )


def _redirect(*, elsewhere: bool) -> RedirectOrder:
    said = {"customer": CUSTOMER, "destination": placed().destination} if elsewhere else {}
    option = None if elsewhere else ShipOption.EXPRESS
    return RedirectOrder(order_id=ORDER, request_id="asked", ship_option=option, reason="", asked_by="desk", **said)


def _release(hold: str, role: str) -> ReleaseHold:
    return ReleaseHold(order_id=ORDER, request_id="asked", hold=hold, role=role, reason="", asked_by="desk")


def _release_any(life: OrderLife, *roles: str) -> list[Message]:
    """Whatever hold there is, each as one of these roles could."""
    said: list[Message] = []
    for number, (kind, role) in enumerate(zip(("credit", "manual", "export"), roles, strict=True)):
        request = _release(kind, role).model_copy(update={"request_id": f"asked-{number}"})
        answer = life.tell(request)
        said = answer if not _is_refusal(answer, "not-held") or not said else said
    return said


def _is_refusal(said: Iterable[Message], code: str) -> bool:
    return any(isinstance(one, HoldRefused) and one.reason.code == code for one in said)


_MORE = NewLine(sku="SKU-9", quantity=1, unit_price=pounds(250))
COMMANDS: dict[str, Callable[[OrderLife], list[Message]]] = {
    "the order again": lambda life: life.tell(life.sent or placed()),
    "other content under its number": lambda life: life.tell(placed(price=499)),
    "cancel the order": lambda life: life.tell(_cancel()),
    "cancel line 1": lambda life: life.tell(_cancel("1")),
    "1 of line 1, not 2": lambda life: life.tell(_change(_1=1)),
    "3 of line 1, not 2": lambda life: life.tell(_change(_1=3)),
    "add a line": lambda life: life.tell(_change((_MORE,))),
    "another address": lambda life: life.tell(_redirect(elsewhere=True)),
    "another ship option": lambda life: life.tell(_redirect(elsewhere=False)),
    "hold": lambda life: life.tell(_hold(HoldKind.RISK).model_copy(update={"request_id": "asked"})),
    "release, as who may": lambda life: _release_any(life, "finance", "lead", "compliance"),
    "release, as who may not": lambda life: _release_any(life, "crew", "crew", "crew"),
    "two days pass": lambda life: life.wait(48),
}


def answer(state: str, command: str) -> str:
    """What an order brought to that state is answered, in words."""
    return _words(COMMANDS[command](STATES[state]()))


def _words(said: list[Message]) -> str:
    """The fact that settles it. Raises LookupError where nothing does: a cell of the matrix would be empty."""
    if not said:
        return NOTHING_NEW
    for fact in reversed(said):
        for kind, tell in _ANSWERS:
            if isinstance(fact, kind):
                return tell(fact, said)
    raise LookupError(f"{[fact.type for fact in said]} settle nothing")


def _canceled(fact: OrderChanged, said: list[Message]) -> str:
    in_part = any(isinstance(one, ChangeAnswered) and one.outcome is Outcome.PARTIAL for one in said)
    if in_part:
        return "done for what is not packed"
    return "done: nothing is left" if fact.whole else "done"


def _held_words(fact: HoldTaken, _said: list[Message]) -> str:
    if fact.passed:
        return "held, but for what has left" if fact.held else "too late: all has left"
    return "held" if fact.held else "held, as soon as there is work"


_ANSWERS: tuple[tuple[type[Message], Callable[..., str]], ...] = (
    (OrderChanged, _canceled),
    (OrderRedirected, lambda fact, _: "done for what is not packed" if fact.passed else "done"),
    (OrderSupplemented, lambda _fact, _said: "done: an order beside it"),
    (ChangeRefused, lambda fact, _: f"refused: {fact.reason.code}"),
    (HoldRefused, lambda fact, _: f"refused: {fact.reason.code}"),
    (HoldTaken, _held_words),
    (HoldLifted, lambda _fact, _said: "released"),
    (OrderReleased, lambda _fact, _said: "released"),
    (OrderConflicted, lambda _fact, _said: "set aside: the first stands"),
    (OrderPlaced, lambda fact, _: "taken, and held" if fact.holds else "taken"),
    (OrderRefused, lambda fact, _: f"refused: {fact.reasons[0].code}"),
)
