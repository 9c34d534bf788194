"""A parcel from closing to arrival. Stages are cumulative: whatever proves a later one, proves those before it."""

from datetime import UTC

from schemas.shipments import (
    CarrierSign,
    ParcelDelivered,
    ParcelPacked,
    ParcelShipped,
    ShipmentException,
    Trouble,
)
from services.fulfillment.domain.commands import Event, TakeScan
from services.fulfillment.domain.dates import moved
from services.fulfillment.domain.labels import tracking_number
from services.fulfillment.domain.rates import Choice, Load, choose_rate
from services.fulfillment.domain.sightings import Sighting
from services.fulfillment.domain.state import InParcel, InWork
from services.fulfillment.domain.work import pick


def pack(work: InWork, command: TakeScan) -> tuple[Event, ...]:
    """The parcel is closed, rated and labeled, and an early sign takes effect.

    Where no carrier service takes the load the shipment stays picked, and the next packed scan tries again.
    """
    scan = command.scan
    picked = pick(scan.order_id, scan.shipment_id, work, operator=scan.operator)
    weight_grams = scan.weight_grams or sum(line.weight_grams for line in work.lines)
    choice = choose_rate(command.rates, _load(work, command, weight_grams))
    if choice is None:
        where = f"{weight_grams} g from {work.site_country} to {work.promise.destination.country}"
        detail = f"none of {len(command.rates)} rates carries {where}: publish one that does, scan again"
        return (*picked, *Sighting.by_scan(scan).exception(Trouble.NO_SERVICE, detail))
    packed = _packed(work, command, choice, weight_grams=weight_grams)
    caught_up = () if work.early is None else carry(scan.order_id, scan.shipment_id, in_parcel(packed), work.early)
    return (*picked, packed, *moved(work, packed), *caught_up)


def _load(work: InWork, command: TakeScan, weight_grams: int) -> Load:
    return Load(
        weight_grams=weight_grams,
        domestic=work.site_country == work.promise.destination.country,
        packed_on=command.at.astimezone(UTC).date(),
        promised_on=work.dates.deliver_on if work.dates else work.promise.deliver_by.astimezone(UTC).date(),
    )


def _packed(work: InWork, command: TakeScan, choice: Choice, *, weight_grams: int) -> ParcelPacked:
    scan = command.scan
    return ParcelPacked(
        order_id=scan.order_id,
        order_number=work.promise.order_number,
        shipment_id=scan.shipment_id,
        site=work.site,
        lines=work.lines,
        weight_grams=weight_grams,
        tracking_number=tracking_number(scan.order_id, scan.shipment_id),
        quote=choice.winner,
        losers=choice.losers,
        keeps_promise=choice.keeps_promise,
        rates_version=command.rates_version,
        operator=scan.operator,
        customer=work.promise.customer,
        destination=work.promise.destination,
    )


def in_parcel(packed: ParcelPacked) -> InParcel:
    """What is remembered of a packed parcel."""
    return InParcel(
        stage="in_parcel",
        order_number=packed.order_number,
        customer=packed.customer,
        site=packed.site,
        lines=packed.lines,
        tracking_number=packed.tracking_number,
        carrier=packed.quote.carrier,
        service=packed.quote.service,
        arrives_on=packed.quote.arrives_on,
    )


def carry(order_id: str, shipment_id: str, parcel: InParcel, sign: CarrierSign) -> tuple[Event, ...]:
    """What `sign` newly proves of a parcel: that it shipped, that it was delivered."""
    shipped = () if parcel.shipped else (_shipped(order_id, shipment_id, parcel),)
    if sign.delivered_at is None:
        return shipped
    return (
        *shipped,
        ParcelDelivered(
            order_id=order_id,
            order_number=parcel.order_number,
            shipment_id=shipment_id,
            site=parcel.site,
            lines=parcel.lines,
            tracking_number=parcel.tracking_number,
            delivered_at=sign.delivered_at,
            customer=parcel.customer,
        ),
    )


def _shipped(order_id: str, shipment_id: str, parcel: InParcel) -> ParcelShipped:
    return ParcelShipped(
        order_id=order_id,
        order_number=parcel.order_number,
        shipment_id=shipment_id,
        site=parcel.site,
        lines=parcel.lines,
        tracking_number=parcel.tracking_number,
        carrier=parcel.carrier,
        service=parcel.service,
        arrives_on=parcel.arrives_on,
        customer=parcel.customer,
    )


def hold(work: InWork, sighting: Sighting, sign: CarrierSign) -> tuple[ShipmentException, ...]:
    """The sign waits until the parcel is packed; nothing if one that proves as much waits already."""
    if work.early is not None and (work.early.delivered_at is not None or sign.delivered_at is None):
        return ()
    detail = "the carrier has it, but it is not packed: scan it as packed, or mend the label"
    return sighting.exception(Trouble.OUT_OF_ORDER, detail, early=sign)
