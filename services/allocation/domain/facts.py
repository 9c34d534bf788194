"""What the keeper publishes because of what a site's desk asked."""

from schemas.counts import CountApproved, CountOpened, CountRefused, CountReported, CountShort
from schemas.desk import RequestRefused

DeskFact = CountOpened | CountReported | CountApproved | CountRefused | CountShort | RequestRefused
