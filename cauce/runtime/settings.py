"""What one deployment of Cauce may choose, read once from the environment (`CAUCE_SERVERS`, `CAUCE_PREFIX`, ...)."""

from importlib import metadata
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

CHECKOUT = Path(__file__).resolve().parents[2]

Folder = Annotated[Path, AfterValidator(lambda path: path.expanduser().absolute())]


class Settings(BaseSettings):
    """Frozen: a process reads its settings at the start and hands them down; nothing below reads the environment."""

    model_config = SettingsConfigDict(env_prefix="CAUCE_", frozen=True, extra="forbid")

    servers: str | None = Field(
        default=None,
        min_length=1,
        description="Bootstrap servers, `host:port[,host:port]`; without them a broker is found or started.",
    )
    prefix: str = Field(
        default="",
        pattern=r"^([A-Za-z0-9]+-)*$",
        max_length=60,
        description="Put before every topic, group and transactional id; empty, or ends in a hyphen.",
    )
    home: Folder = Field(
        default_factory=lambda: Path.home() / ".cauce",
        description="State of this person's deployment: the local broker, its jars and data, stores, keys.",
    )
    data: Folder = Field(
        default=CHECKOUT.parent / "shared" / "data",
        description="The folder of real orders, places and products that the demo and the tests read.",
    )
    partitions: int = Field(
        default=4, ge=1, le=1000, description="Partitions of every topic keyed by order; fixed when topics are created."
    )
    pools: int = Field(default=1, ge=1, le=1000, description="Sourcing pools, each one partition of `stock-commands`.")
    clock: str = Field(
        default="system", min_length=1, description="`system`, or the file of a clock that a demo or a test sets."
    )
    gazetteer: Folder | None = Field(
        default=None,
        description="The folder of GeoNames postal codes, a file a country (`GB.txt`); without it capitals serve.",
    )
    release: str = Field(
        default_factory=lambda: metadata.version("cauce"),
        min_length=1,
        description="The release that decides, named in every event.",
    )

    payments_url: str = Field(
        default="http://127.0.0.1:8090",
        pattern=r"^https?://",
        description="The payment provider, as `cauce sandbox payments` serves it.",
    )
    database_url: SecretStr | None = Field(
        default=None,
        description="Where the read model is kept, in the form of SQLAlchemy: `postgresql+psycopg://user@host/name`; "
        "without it, a SQLite file in the home.",
    )
    mail_url: SecretStr | None = Field(
        default=None,
        description="Where notices go: `smtp://host:port`, `smtps://user:password@host`, or `file:///folder`, a file a "
        "mail; without it, the folder `mail` of the home.",
    )
    mail_from: str = Field(
        default="Orders <orders@cauce.invalid>", min_length=3, description="The sender of notices, as in a mail's From."
    )

    addresses: Folder | None = Field(
        default=None,
        description="The file of where teams and suppliers are reached; without it, `addresses.yaml` of the home.",
    )
    webhook_secret: SecretStr | None = Field(
        default=None,
        description="Signs what webhooks of teams and suppliers are sent, as Standard Webhooks does; without it they "
        "are not signed.",
    )

    def topic(self, name: str) -> str:
        """The full name of a topic, group or transactional id in this deployment."""
        return f"{self.prefix}{name}"

    @property
    def logs(self) -> Path:
        """Where the processes of this deployment write what they have to say."""
        return self.home / "logs" / (self.prefix.rstrip("-") or "default")
