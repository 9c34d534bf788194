"""One decision in the making: its events so far, and what they leave of the positions and the lots."""

from collections.abc import Mapping, Sequence

from schemas.light import light
from schemas.stock import Bucket, LotUnits, StockMoved
from services.allocation.domain import lot_rows
from services.allocation.domain.lot_draft import LotDraft, Place
from services.allocation.domain.lots import LotOverdrawn, SkuLots, named
from services.allocation.domain.rows import Position, Spread
from services.allocation.domain.steps import SET_ASIDE, Step
from services.allocation.domain.stock import Stock, StockEvent, moved

_entry = light(StockMoved)
_NOTHING = Position()
Lotted = Sequence[LotUnits] | None
_NOTHING_WITHDRAWN: Mapping[str, int] = {}


class Draft:
    """One decision in the making: its events so far, and the positions as they leave them.

    Working state that lives as long as the decision, so that later entries of one decision see the earlier ones.
    """

    __slots__ = (
        "_entries",
        "_lots",
        "_positions",
        "_spreads",
        "_stock",
        "events",
        "pool",
        "sourced_anew",
        "withdrawing",
        "withdrawn",
    )

    def __init__(self, stock: Stock, pool: int) -> None:
        self.pool = pool
        self.events: list[StockEvent] = []
        self.sourced_anew = ""  # an order
        self.withdrawing, self.withdrawn = "", _NOTHING_WITHDRAWN  # an order, and its units by line
        self._stock, self._entries = stock, 0
        self._lots: LotDraft | None = None
        self._positions: dict[tuple[str, str], Position] = {}
        self._spreads: dict[str, Spread] = {}  # what was asked for, as it was before the first entry

    def spread(self, sku: str) -> Spread:
        """A sku over the sites, before any entry of this decision."""
        found = self._spreads.get(sku)
        if found is None:
            found = self._spreads[sku] = self._stock.spread(sku)
        return found

    def free(self, sku: str, site: str) -> int:
        """Free units after the entries so far, of whatever lots."""
        return self._position(sku, site).free

    def sellable(self, sku: str, site: str) -> int:
        """Free units that may be promised, after the entries so far."""
        if self.spread(sku).lots is None:
            return self._position(sku, site).free
        return self._lot_draft().sellable(self._place(sku, site))

    def fit_aside(self, sku: str, site: str, lot: str | None) -> int:
        """Units in quarantine that may go back, after the entries so far, of one lot if it is named."""
        return self._lot_draft().fit_aside(self._place(sku, site), lot)

    def of_lot(self, sku: str, site: str, bucket: Bucket, lot: str) -> int:
        """Units of a lot in a bucket, after the entries so far."""
        return self._lot_draft().of_lot(self._place(sku, site), bucket, lot)

    def _place(self, sku: str, site: str) -> Place:
        return Place(sku, site, self.spread(sku).lots or SkuLots(), self._position(sku, site))

    def _lot_draft(self) -> LotDraft:
        if self._lots is None:
            life = self._stock.shelf_life
            self._lots = LotDraft(self._stock.rows, life.day if life else "", self._stock.until)
        return self._lots

    def _position(self, sku: str, site: str) -> Position:
        return self._positions.get((sku, site)) or self.spread(sku).positions.get(site, _NOTHING)

    def say(self, event: StockEvent) -> None:
        """Add an event that is no entry."""
        self.events.append(event)

    def move(
        self,
        step: Step,
        sku: str,
        site: str,
        quantity: int,
        lots: Lotted = None,
        /,
        *,
        reference: str,
        order_id: str = "",
        line_id: str = "",
    ) -> Lotted:
        """Add an entry of the ledger, of these lots if they are named; its lots, of a sku that has any.

        Raises Overdrawn or LotOverdrawn.
        """
        spread = self._spreads.get(sku) or self.spread(sku)
        before = self._positions.get((sku, site)) or spread.positions.get(site, _NOTHING)
        after = moved(before, step.source, step.target, quantity)
        if lots or spread.lots is not None:
            held = lot_rows.held_key(reference, line_id) if order_id and line_id else ""
            lots = self._move_lots(step, Place(sku, site, spread.lots or SkuLots(), before, held), quantity, lots)
        self._positions[sku, site] = after
        self._entries += 1
        self.events.append(
            _entry(
                pool=self.pool,
                sku=sku,
                site=site,
                move=step.move,
                quantity=quantity,
                source=step.source,
                target=step.target,
                on_hand=after.on_hand,
                free=after.free,
                order_id=order_id,
                reference=reference,
                line_id=line_id,
                entry=str(self._entries),
                lots=lots and named(lots),
            )
        )
        if lots and step.target is Bucket.FREE:
            self._put_aside(sku, site, lots, reference)
        return lots

    def _move_lots(self, step: Step, place: Place, quantity: int, chosen: Lotted) -> Sequence[LotUnits]:
        draft, sku = self._lot_draft(), place.sku
        lots = draft.dated(place, chosen) if chosen else draft.choose(place, quantity, step.source, step.target)
        if sum(one.quantity for one in lots) != quantity:
            raise LotOverdrawn(f"not all of {quantity} {sku} at {place.site} are of lots that may go to {step.target}")
        draft.move(place, lots, step.source, step.target)
        if self._spreads[sku].lots is None:
            self._spreads[sku] = self._spreads[sku]._replace(lots=place.lots)
        return lots

    def move_lots(self, step: Step, sku: str, site: str, lots: Sequence[LotUnits], *, reference: str) -> None:
        """Add an entry of these lots. Raises Overdrawn or LotOverdrawn."""
        self.move(step, sku, site, sum(one.quantity for one in lots), lots, reference=reference)

    def _put_aside(self, sku: str, site: str, lots: Sequence[LotUnits], reference: str) -> None:
        """What has expired or was recalled is free no longer than it takes to say so."""
        place = self._place(sku, site)
        if unfit := [one for one in lots if self._lot_draft().is_unfit(place, one)]:
            self.move_lots(SET_ASIDE, sku, site, unfit, reference=reference)
