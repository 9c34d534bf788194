"""The table of topics: a row each, with kind, writer and readers. Contract tests hold the code to it."""

from enum import StrEnum
from typing import NamedTuple

from schemas import (
    alerts,
    backorders,
    breaches,
    buying,
    changing,
    closures,
    counts,
    desk,
    effects,
    failures,
    holding,
    inbound,
    levels,
    lots,
    movements,
    notices,
    orders,
    payments,
    reference,
    reservations,
    returns,
    shipments,
    stock,
    teams,
    waves,
)
from schemas.base import Message


class TopicKind(StrEnum):
    """What a topic is for, which decides who writes it and how long it is kept."""

    RAW = "raw"  # outsiders write it; 30 days
    COMMAND = "command"  # doors and other services write it, one lane decides on it; never deleted
    FACT = "fact"  # one lane writes it; never deleted
    STATE = "state"  # one lane writes it; of each key the last record is kept
    EFFECT = "effect"  # a lane asks its runner; never deleted
    RESULT = "result"  # a runner answers its lane; never deleted
    TIME = "time"  # the clock process writes every partition; never deleted
    REFERENCE = "reference"  # the publisher writes every partition; never deleted


class Family(StrEnum):
    """Topics of a family have one partition count, so that a key sits in one partition number of all of them."""

    ORDERS = "orders"
    POOLS = "pools"


class Topic(NamedTuple):
    """A row of the table. `readers` are `service` or `service-lane`; `writer` of a raw topic is `outside`."""

    name: str
    kind: TopicKind
    writer: str
    readers: tuple[str, ...]
    messages: tuple[type[Message], ...]
    about: str
    family: Family = Family.ORDERS


def _raw(name: str, reader: str, about: str) -> Topic:
    return Topic(name, TopicKind.RAW, "outside", (reader,), (), about)


def _fact(name: str, writer: str, readers: str, about: str, *messages: type[Message]) -> Topic:
    return Topic(name, TopicKind.FACT, writer, tuple(readers.split()), messages, about)


_DESK = (  # what a site's desk asks beside taking goods in
    *(counts.OpenCount, counts.ReportCount, counts.DecideCount),
    *(movements.MoveStock, movements.SendTransfer, movements.ReceiveTransfer),
    *(inbound.ExpectStock, inbound.AnswerPurchase, inbound.ReceivePurchase),
)

# fmt: off
TOPICS: tuple[Topic, ...] = (
    _raw("channel-orders", "intake-door", "orders, changes, cancellations and holds as channels and people send them"),
    _raw("warehouse-scans", "fulfillment-door", "scans of pickers and packers"),
    _raw("shipment-failures", "fulfillment-door", "what sites cannot send of a shipment"),
    _raw("carrier-events", "fulfillment-door", "what carriers say of our labels"),
    _raw("return-requests", "returns-door", "requests to send goods back, and receipts of the returns desk"),
    _raw("stock-reports", "allocation-door", "receipts from suppliers, counts and adjustments, waves"),
    Topic("intake-commands", TopicKind.COMMAND, "intake-door intake-supplements", ("intake-orders",),
          (orders.PlaceOrder, orders.CancelOrder, changing.ChangeOrder, changing.RedirectOrder, holding.HoldOrder,
           holding.ReleaseHold), "what the order door read"),
    Topic("fulfillment-commands", TopicKind.COMMAND, "fulfillment-door", ("fulfillment-shipments",),
          (shipments.RecordScan, shipments.RecordCarrierEvent, failures.RecordFailure),
          "what the scan and carrier door read"),
    Topic("returns-commands", TopicKind.COMMAND, "returns-door", ("returns-returns",),
          (returns.RequestReturn, returns.ReceiveReturn), "what the returns door read"),
    Topic("stock-commands", TopicKind.COMMAND, "allocation-front allocation-door publisher clock",
          ("allocation-keeper",),
          (stock.ReserveStock, stock.ReleaseStock, stock.AdvanceShipment, stock.RestockReturn, stock.ReceiveStock,
           stock.AdjustStock, failures.ResourceUnits, closures.CloseSite,
           closures.OpenSite, lots.RecallLot, *_DESK,
           waves.DecideWave, reference.ReferencePublished, reference.ReferenceActivated,
           reference.TimeReached),
          "everything that moves a pool's stock, in the order it is decided; the key is the pool", Family.POOLS),
    _fact("order-placed", "intake-orders", "allocation-front returns payments notify insight", "an order is taken",
          orders.OrderPlaced),
    _fact("order-refused", "intake-orders", "notify insight", "an order was not taken, or came again and differed",
          orders.OrderRefused, orders.OrderConflicted),
    _fact("change-requested", "intake-orders", "fulfillment insight", "a change is proposed, or refused at once",
          changing.ChangeRequested, changing.ChangeRefused, changing.RedirectRequested),
    _fact("order-changed", "intake-orders", "allocation-front intake-supplements payments notify insight",
          "the next version of an order, or what it was supplemented by", orders.OrderChanged,
          changing.OrderRedirected, changing.OrderSupplemented),
    _fact("order-held", "intake-orders", "fulfillment insight", "an order that was taken before stands still",
          holding.OrderHeld, holding.HoldRefused),
    _fact("order-released", "intake-orders", "allocation-front fulfillment insight", "a hold on an order ended",
          holding.OrderReleased),
    _fact("allocated", "allocation-keeper", "fulfillment notify insight",
          "units of an order are promised from sites, or called back", stock.Allocated, closures.UnitsRecalled),
    _fact("backordered", "allocation-keeper", "intake-orders notify insight", "units of an order wait for stock",
          backorders.Backordered, backorders.BackorderReleased, backorders.BackorderLapsed, inbound.BackorderExpected),
    _fact("stock-moved", "allocation-keeper", "insight", "the ledger: every unit that moved, and why",
          stock.StockMoved, stock.AdjustmentRefused, lots.LotRecalled),
    _fact("stock-counts", "allocation-keeper", "outside insight", "shelves to count, and what became of a count",
          counts.CountOpened, counts.CountReported, counts.CountApproved, counts.CountRefused, counts.CountShort),
    _fact("stock-transfers", "allocation-keeper", "outside insight", "units on their way between sites",
          movements.TransferSent, movements.TransferReceived),
    _fact("stock-inbound", "allocation-keeper", "insight", "supply on its way",
          inbound.InboundChanged),
    Topic("stock-levels", TopicKind.STATE, "allocation-keeper", ("outside", "insight"), (levels.StockLevel,),
          "what each channel may still sell of a sku"),
    _fact("stock-alerts", "allocation-keeper", "outside notify insight",
          "stock that is low, out, short or slow, and no more",
          alerts.StockAlert, buying.CoverAlert, buying.SlowAlert),
    _fact("stock-demand", "allocation-keeper", "insight", "what was ordered by sku and day, and how far all were seen",
          buying.DemandCounted, buying.StockWatched, lots.LotsTurned),
    _fact("purchase-requested", "allocation-keeper", "outside notify insight", "what to buy of a sku that ran low",
          alerts.PurchaseRequested),
    _fact("stock-exception", "allocation-keeper", "insight", "what a site's desk asked and could not have",
          desk.RequestRefused),
    _fact("reservations", "allocation-keeper", "insight", "how far promised units are, and which are promised no more",
          reservations.ShipmentAdvanced, reservations.StockReleased, failures.SourceFailed),
    _fact("site-closures", "allocation-keeper", "insight", "sites send nothing for a while, or again",
          closures.SiteClosing, closures.SiteOpened),
    _fact("waves", "allocation-keeper", "", "orders that waited were decided on together", waves.WaveDecided),
    _fact("warehouse-work", "fulfillment-shipments", "outside insight", "work for the crew of a site",
          shipments.WarehouseWork),
    _fact("work-picked", "fulfillment-shipments", "allocation-front insight", "a shipment is picked",
          shipments.WorkPicked),
    _fact("work-failed", "fulfillment-shipments", "allocation-front insight", "units that a site will not send",
          failures.WorkFailed),
    _fact("packed", "fulfillment-shipments", "allocation-front outside notify insight",
          "a parcel is closed, rated and labeled", shipments.ParcelPacked),
    _fact("shipped", "fulfillment-shipments", "allocation-front outside returns notify insight",
          "a carrier has the parcel", shipments.ParcelShipped),
    _fact("delivered", "fulfillment-shipments", "outside returns notify insight", "the customer has the parcel",
          shipments.ParcelDelivered),
    _fact("shipment-exception", "fulfillment-shipments", "insight", "a scan or event that a person must look at",
          shipments.ShipmentException),
    _fact("promises", "fulfillment-shipments", "outside notify insight", "promise dates at risk, moved and broken",
          breaches.PromiseAtRisk, breaches.PromiseMoved, breaches.PromiseBroken),
    _fact("change-answered", "fulfillment-shipments", "intake-orders outside insight",
          "what could still be stopped, redirected or held", changing.ChangeAnswered, changing.RedirectAnswered,
          holding.HoldTaken, holding.HoldLifted),
    _fact("return-authorized", "returns-returns", "outside notify insight",
          "goods may come back, or may not, or not yet known, or no longer", returns.ReturnAuthorized,
          returns.ReturnRefused, returns.ReturnPending, returns.ReturnExpired),
    _fact("return-grounds", "returns-returns", "",
          "what returns has noted of others' facts to decide on: its own memory, for rebuild and audit",
          returns.PurchaseNoted, returns.DispatchNoted, returns.DeliveryNoted, returns.RefundNoted),
    _fact("returned", "returns-returns", "allocation-front notify insight", "goods came back and were graded",
          returns.GoodsReturned, returns.ReceiptRefused),
    _fact("refund-requested", "returns-returns", "payments insight", "what is owed for returned goods",
          returns.RefundRequested),
    _fact("captured", "payments-payments", "insight", "money of an order is ours", payments.PaymentCaptured),
    _fact("refunded", "payments-payments", "returns notify insight", "money of an order went back",
          payments.PaymentRefunded, payments.RefundOwed),
    _fact("payment-failed", "payments-payments", "insight", "the provider refused for good", payments.PaymentFailed),
    Topic("payments-effects", TopicKind.EFFECT, "payments-payments", ("payments-runner",), (payments.RefundPayment,),
          "what the payment provider is asked"),
    Topic("payments-results", TopicKind.RESULT, "payments-runner", ("payments-payments", "insight"),
          (effects.EffectAnswered,), "what the payment provider answered"),
    Topic("notices", TopicKind.COMMAND, "notify-router", ("notify-notices",), (notices.TellCustomer,),
          "facts that concern a person, keyed by the person"),
    _fact("notified", "notify-notices", "insight", "a customer was told, or could not or need not be",
          notices.CustomerNotified, notices.NoticeFailed, notices.NoticeSuperseded),
    Topic("notify-effects", TopicKind.EFFECT, "notify-notices", ("notify-runner",), (notices.SendMail,),
          "mails to send"),
    Topic("notify-results", TopicKind.RESULT, "notify-runner", ("notify-notices", "insight"),
          (effects.EffectAnswered,), "what the mail server answered"),
    Topic("team-notices", TopicKind.COMMAND, "notify-router", ("notify-teams",), (teams.TellTeam,),
          "alerts that concern a team or a supplier, keyed by the sku or the order"),
    _fact("team-notified", "notify-teams", "insight", "a team or a supplier was told, or could not be",
          teams.TeamNotified, teams.TeamNoticeFailed),
    Topic("team-effects", TopicKind.EFFECT, "notify-teams", ("notify-team-runner",), (teams.SendToTeam,),
          "what to send to teams and suppliers"),
    Topic("team-results", TopicKind.RESULT, "notify-team-runner", ("notify-teams", "insight"),
          (effects.EffectAnswered,), "what mail servers and webhooks answered"),
    Topic("reference", TopicKind.REFERENCE, "publisher",
          ("intake-orders", "fulfillment-shipments", "returns-returns", "notify-router"),
          (reference.ReferencePublished, reference.ReferenceActivated),
          "sites, products, rates and policies, by version, on every partition"),
    Topic("ticks", TopicKind.TIME, "clock", ("fulfillment-shipments", "intake-orders", "returns-returns"),
          (reference.TimeReached,), "how late it is, on every partition"),
)
# fmt: on

BY_NAME: dict[str, Topic] = {topic.name: topic for topic in TOPICS}
MESSAGES: dict[str, type[Message]] = {message.type: message for topic in TOPICS for message in topic.messages}
HOME: dict[type[Message], str] = {
    message: topic.name
    for topic in reversed(TOPICS)
    for message in topic.messages
    if topic.kind is not TopicKind.RESULT and message.__module__ != reference.__name__
}
