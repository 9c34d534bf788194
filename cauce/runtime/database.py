"""The database of the read model: an engine from the settings, and its tables."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    TypeDecorator,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from cauce.runtime.faults import Unavailable
from cauce.runtime.settings import Settings

BUSY_SECONDS = 30
# With a write-ahead log, NORMAL survives a killed process; after a power loss rows and offsets are gone together.
_PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "cache_size=-65536")


class UtcInstant(TypeDecorator[datetime]):
    """An aware datetime in UTC; SQLite keeps it without its zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """See TypeDecorator."""
        if value is None:
            return None
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  # its signature
        """See TypeDecorator."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def url_of(settings: Settings) -> URL:
    """The database the settings name, or `insight.sqlite` in a folder of the deployment's prefix."""
    if settings.database_url:
        try:
            return make_url(settings.database_url.get_secret_value())
        except ArgumentError:
            raise Unavailable("CAUCE_DATABASE_URL is not a URL as SQLAlchemy writes them") from None
    return make_url(f"sqlite:///{settings.home / (settings.prefix.rstrip('-') or 'default') / 'insight.sqlite'}")


def engine_of(settings: Settings) -> Engine:
    """An engine that nothing was asked of yet; a SQLite file is waited for, not failed on, while another writes it."""
    url = url_of(settings)
    if url.get_backend_name() != "sqlite":
        return _server(url)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare)
    return engine


def _server(url: URL) -> Engine:
    try:
        engine = create_engine(url)
    except (ModuleNotFoundError, NoSuchModuleError) as absent:
        raise Unavailable(
            f"no driver for {url.drivername}: `pip install psycopg[binary]` for postgresql+psycopg, or see "
            "CAUCE_DATABASE_URL"
        ) from absent
    if url.get_backend_name() == "postgresql":
        event.listen(engine, "connect", _suit)
    return engine


def create_tables(engine: Engine, metadata: MetaData) -> None:
    """Create what is absent. Raises Unavailable where the database cannot be reached."""
    database = engine.url.database
    try:
        if engine.dialect.name == "sqlite" and database:
            Path(database).parent.mkdir(parents=True, exist_ok=True)
        metadata.create_all(engine)
    except (DBAPIError, OSError) as fault:
        raise unreachable(engine, fault) from fault


def unreachable(engine: Engine, fault: DBAPIError | OSError) -> Unavailable:
    """The fault of a database that does not answer, for the operator."""
    shown = engine.url.render_as_string(hide_password=True)
    cause = fault.orig if isinstance(fault, DBAPIError) else fault
    return Unavailable(f"the database {shown} does not answer ({type(cause).__name__}): see CAUCE_DATABASE_URL")


def _suit(connection: Any, _record: Any) -> None:
    """As in SQLite: what a power loss takes is rows and offsets together, and they are projected again.

    Orders are asked for by their names, hundreds at a time. PostgreSQL would weigh the arm of a disk against reading a
    table from end to end, and read it, for each transaction more of it, until there are some ten thousand orders.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")
        cursor.execute("SET random_page_cost TO 1.1")
    connection.commit()


def _prepare(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
