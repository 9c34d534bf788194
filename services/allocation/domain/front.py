"""The front of an order: what its facts ask of the keeper, each once, in whatever order and however often they come.

Its events are commands to the keeper, and its state is the fold of those it sent. What belongs together in an order
with kits is remembered, for its site may fail them.
"""

from typing import assert_never

from pydantic import Field

from cauce.decider import Decider
from schemas.base import Part
from schemas.failures import ResourceUnits
from schemas.light import declared, lightened, replace
from schemas.sourcing import OrderTerms
from schemas.stock import AdvanceShipment, ReleaseStock, ReserveStock, RestockReturn, Stage
from services.allocation.domain.together import kits_of

OrderCommand = ReserveStock | ReleaseStock | ResourceUnits | AdvanceShipment | RestockReturn

_STAGES = tuple(Stage)


class Sent(Part):
    """What the keeper was told of an order: accepted versions, the stage of each shipment, receipts of its returns."""

    reserved: bool = False
    versions: tuple[int, ...] = ()
    stages: dict[str, Stage] = Field(default_factory=dict)
    receipts: tuple[str, ...] = ()
    failures: tuple[str, ...] | None = None
    terms: OrderTerms | None = None


def decide(state: Sent, command: OrderCommand) -> tuple[OrderCommand, ...]:
    """The command itself, unless the keeper has heard it, or of a later stage of the shipment."""
    if _is_known(state, command):
        return ()
    if state.terms is not None and isinstance(command, ResourceUnits):
        return (replace(command, terms=lightened(state.terms)),)
    return (command,)


def evolve(state: Sent, sent: OrderCommand) -> Sent:
    """The state after `sent`."""
    match sent:
        case ReserveStock():
            terms = declared(sent.terms) if kits_of(sent.terms) else None
            return state.model_copy(update={"reserved": True, "terms": terms})
        case ReleaseStock():
            return state.model_copy(update={"versions": tuple(sorted({*state.versions, sent.version}))})
        case ResourceUnits():
            return state.model_copy(update={"failures": (*(state.failures or ()), sent.natural_key())})
        case AdvanceShipment():
            return state.model_copy(update={"stages": {**state.stages, sent.shipment_id: sent.stage}})
        case RestockReturn():
            return state.model_copy(update={"receipts": tuple(sorted({*state.receipts, sent.natural_key()}))})
        case _:
            assert_never(sent)


def _is_known(state: Sent, command: OrderCommand) -> bool:
    match command:
        case ReserveStock():
            return state.reserved
        case ReleaseStock():
            return command.version in state.versions
        case ResourceUnits():
            return command.natural_key() in (state.failures or ())
        case AdvanceShipment():
            reached = state.stages.get(command.shipment_id, Stage.RESERVED)
            return _STAGES.index(command.stage) <= _STAGES.index(reached)
        case RestockReturn():
            return command.natural_key() in state.receipts
        case _:
            assert_never(command)


def _nothing_sent(_order_id: str) -> Sent:
    return Sent()


DECIDER: Decider[Sent, OrderCommand, OrderCommand] = Decider(_nothing_sent, decide, evolve)
