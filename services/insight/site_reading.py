"""Questions to the read model about sites: which are closed, or will be."""

from sqlalchemy import Connection, func, select

from services.insight.reading import Fields
from services.insight.stock_tables import CLOSURES


def closures_standing(connection: Connection) -> list[Fields]:
    """The closures that stand, by site, with the moment from which each does."""
    later = CLOSURES.alias()
    last = select(func.max(later.c.sequence)).where(later.c.site == CLOSURES.c.site).scalar_subquery()
    stand = (CLOSURES.c.sequence == last) & CLOSURES.c.stands.is_(True)
    found = select(CLOSURES).where(stand).order_by(CLOSURES.c.site)
    return [row._asdict() for row in connection.execute(found)]
