"""What must hold of a deployment at rest: the audit's laws, and what no topic alone can tell."""

from collections import Counter

from simulated.poison import Stumbled, parked_by_lanes
from simulated.scenario import CANARIES

from cauce.audit.ledgers import LedgerLine
from cauce.audit.reading import audit_records
from cauce.audit.states import State
from cauce.runtime.deciding import receive
from cauce.runtime.engine.parking import BEHIND, about
from cauce.runtime.lane import is_control
from cauce.runtime.runners.errands import ERRANDS
from cauce.sandbox.book import Charge, Refund
from schemas.effects import EffectAnswered, EffectOutcome
from schemas.notices import NoticeKind, SendMail
from schemas.orders import OrderChanged, OrderPlaced
from schemas.payments import RefundPayment
from schemas.shipments import ParcelDelivered, ParcelPacked, ParcelShipped, WarehouseWork, Work, WorkPicked
from schemas.teams import SendToTeam

AT_REST = {State.REFUND_SHORT}  # what no payment covers waits for a person; all else was done, or its time is over


def messages(sim, topic):
    """Envelope and message of every record."""
    return [receive(record)[1:] for record in sim.log.of(topic) if not is_control(record.headers)]


def audited(sim):
    """The audit's violations, and what waits although nothing more will come."""

    async def read(topics):
        for topic in topics:
            for record in sim.log.of(topic):
                yield record

    judging = audit_records(read, provider=_ledger(sim.provider.book), canaries=CANARIES, progress=lambda _: None)
    verdict = sim.times.loop.run_until_complete(judging)
    yield from (f"law {one.law}: {one.place} {one.subject}: {one.detail}" for one in verdict.violations)
    yield from (f"{count} wait as {state}" for state, count in verdict.waiting.items() if state not in AT_REST)


def _ledger(book):
    lines = {
        entry.id: LedgerLine(entry.kind, entry.id, getattr(entry, "key", ""), entry.amount, entry.currency)
        for entry in book.entries
        if isinstance(entry, Charge | Refund)
    }
    assert len(lines) == sum(isinstance(entry, Charge | Refund) for entry in book.entries)
    return lines


def parked(sim):
    """Nothing that lanes say to each other is undecidable, but what they were made to stumble over."""
    for record in parked_by_lanes(sim.log):
        what = about(record.headers)
        if what.reason not in (BEHIND, Stumbled.__name__):
            yield f"{what.lane} parked {what.topic}/{what.partition}@{what.offset}: {what.reason}"


def at_rest(sim):
    """Every place has an owner that has read all, and no effect waits."""
    for place in sim.fleet.places:
        owner = sim.fleet.owners.get(place)
        tenure = owner.tenures[place] if owner else None
        if tenure is None or tenure.unread() or tenure.under_way or tenure.is_asked:
            yield f"{place[0]}/{place[1]} is not at rest"
        elif tenure.blocked:
            yield f"{tenure} has subjects that wait: {sorted(tenure.blocked)}"
        elif any(table is ERRANDS for table in tenure.lane.tables) and tenure.scan(ERRANDS, b"", b"\xff" * 9):
            yield f"{tenure} has errands left"


def answers(sim, topic):
    """The one answer to each effect."""
    found = {}
    for _, answer in messages(sim, topic):
        assert isinstance(answer, EffectAnswered)
        found.setdefault(answer.effect_id, []).append(answer)
    return found


def mails(sim):
    """Each notice once, and once more at most for each attempt that may have reached the server; none if refused."""
    answered, asked = answers(sim, "notify-results") | answers(sim, "team-results"), {}
    for envelope, mail in (*messages(sim, "notify-effects"), *messages(sim, "team-effects")):
        assert isinstance(mail, SendMail | SendToTeam)
        if mail.message_id in asked:
            yield f"{mail.message_id} was asked for twice"
        asked[mail.message_id] = envelope.id
        if len(answered.get(envelope.id, ())) != 1:
            yield f"{mail.message_id} has {len(answered.get(envelope.id, ()))} answers"
            continue
        (answer,) = answered[envelope.id]
        least = 1 if answer.outcome is EffectOutcome.DONE else 0
        sent = sim.mailserver.taken[mail.message_id]
        if not least <= sent <= least + answer.repeats:
            yield f"{mail.message_id} went out {sent} times, {answer.repeats} repeats known"
    yield from (f"{name} was sent, and never asked for" for name in sim.mailserver.taken if name not in asked)


def complete(sim):
    """At the end everybody has what was ordered and not canceled, no more and no less."""
    owed = Counter()
    for topic in ("order-placed", "order-changed", "delivered"):
        for _, message in messages(sim, topic):
            match message:
                case OrderPlaced():
                    owed.update({(message.order_id, line.line_id): line.quantity for line in message.lines})
                case OrderChanged():
                    owed.subtract(_by_line(message.order_id, message.canceled))
                case ParcelDelivered():
                    owed.subtract(_by_line(message.order_id, message.lines))
    yield from (f"order {order}: {units} of line {line} never came" for (order, line), units in owed.items() if units)


def _by_line(order_id, parts):
    units = Counter()
    for part in parts:
        units[order_id, part.line_id] += part.quantity
    return units


_OLD_NEWS = {  # what a notice must not come after: of the same parcel, or once the whole order is canceled
    NoticeKind.MOVED: (NoticeKind.SHIPPED, NoticeKind.DELIVERED),
    NoticeKind.PACKED: (NoticeKind.SHIPPED, NoticeKind.DELIVERED),
    NoticeKind.SHIPPED: (NoticeKind.DELIVERED,),
}
_ENDED = (NoticeKind.RECEIVED, NoticeKind.BACKORDERED, NoticeKind.CONFIRMED, NoticeKind.PACKED)


def news(sim):
    """Nobody is told of a state after a later one."""
    told = set()
    for envelope, mail in sorted(messages(sim, "notify-effects"), key=lambda one: (one[0].subject, one[0].sequence)):
        later = {(kind, mail.reference) for kind in _OLD_NEWS.get(mail.kind, ())}
        if mail.kind in _ENDED:
            later.add((NoticeKind.CANCELED, mail.order_id))
        if told & later:
            yield f"{mail.kind} of {mail.reference} was told to {envelope.subject} after {told & later}"
        told.add((mail.kind, mail.reference))


def refunds(sim):
    """Each effect is paid once, with its own amount, whatever happened to its calls."""
    answered = answers(sim, "payments-results")
    asked = {envelope.id: effect for envelope, effect in messages(sim, "payments-effects")}
    paid = Counter(refund.reference for refund in sim.provider.book.refunds())
    for effect_id, effect in asked.items():
        assert isinstance(effect, RefundPayment)
        outcomes = [answer.outcome for answer in answered.get(effect_id, ())]
        if len(outcomes) != 1 or paid[effect_id] != (outcomes[0] is EffectOutcome.DONE):
            yield f"refund {effect.natural_key()} was paid {paid[effect_id]} times and answered {outcomes}"
    yield from (f"{reference} was paid, and never asked for" for reference in paid if reference not in asked)


_STAGES = (WarehouseWork, WorkPicked, ParcelPacked, ParcelShipped, ParcelDelivered)


def paths(sim):
    """Each shipment goes its way once, step by step, and its work is revised before it is packed."""
    facts = [fact for topic in ("warehouse-work", "work-picked", "packed", "shipped", "delivered") for fact in
             messages(sim, topic)]  # fmt: skip
    ways = {}
    for _, fact in sorted(facts, key=lambda one: (one[0].source, one[0].subject, one[0].sequence)):
        ways.setdefault(fact.shipment_id, []).append(fact)
    for name, way in ways.items():
        works = [fact for fact in way if isinstance(fact, WarehouseWork)]
        stages = [_STAGES.index(type(fact)) for fact in way if not isinstance(fact, WarehouseWork)]
        legal = stages == sorted(set(stages)) and stages in ([], [1], [1, 2], [1, 2, 3], [1, 2, 3, 4])
        stopped = works[-1].work is Work.STOP if works else False
        if not legal or [work.revision for work in works] != list(range(1, len(works) + 1)):
            yield f"{name} went {[type(fact).__name__ for fact in way]}"
        elif stages[-1:] != [4] and not stopped:
            yield f"{name} neither arrived nor was stopped"
        elif ParcelPacked in [type(fact) for fact in way] and stopped:
            yield f"{name} was stopped and sent"
