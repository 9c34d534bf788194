"""What the keeper publishes because of what a site's desk asked."""

from schemas.alerts import PurchaseRequested, StockAlert
from schemas.buying import CoverAlert, DemandCounted, SlowAlert, StockWatched
from schemas.closures import SiteClosing, SiteOpened, UnitsRecalled
from schemas.counts import CountApproved, CountOpened, CountRefused, CountReported, CountShort
from schemas.desk import RequestRefused
from schemas.inbound import BackorderExpected, InboundChanged
from schemas.levels import StockLevel
from schemas.lots import LotRecalled, LotsTurned
from schemas.movements import TransferReceived, TransferSent

DeskFact = (
    SiteClosing
    | SiteOpened
    | UnitsRecalled
    | CountOpened
    | CountReported
    | CountApproved
    | CountRefused
    | CountShort
    | RequestRefused
    | TransferSent
    | TransferReceived
    | InboundChanged
    | BackorderExpected
    | StockLevel
    | StockAlert
    | PurchaseRequested
    | DemandCounted
    | StockWatched
    | CoverAlert
    | SlowAlert
    | LotRecalled
    | LotsTurned
)
