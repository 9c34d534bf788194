"""Questions about what teams and suppliers were told."""

from sqlalchemy import Connection, func, select

from services.insight.reading import Fields
from services.insight.tables import TEAM_NOTICES


def told_to(
    connection: Connection, *, names: tuple[str, ...], kinds: tuple[str, ...], failed: bool, limit: int
) -> list[Fields]:
    """Notices, the latest first: to these teams and suppliers, or to all; of these kinds, or of all."""
    ended = func.coalesce(TEAM_NOTICES.c.told_at, TEAM_NOTICES.c.failed_at)
    query = select(TEAM_NOTICES, ended.label("at"))
    if names:
        known = [f"{role}:{name}" for name in names for role in ("team", "supplier")]
        query = query.where(TEAM_NOTICES.c.addressee.in_((*names, *known)))
    if kinds:
        query = query.where(TEAM_NOTICES.c.kind.in_(kinds))
    if failed:
        query = query.where(TEAM_NOTICES.c.failed_at.is_not(None))
    newest = (ended.desc(), TEAM_NOTICES.c.addressee, TEAM_NOTICES.c.kind, TEAM_NOTICES.c.reference)
    return [row._asdict() for row in connection.execute(query.order_by(*newest).limit(limit))]
