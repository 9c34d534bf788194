"""What one deployment of Cauce may choose, read once from the environment (`CAUCE_SERVERS`, `CAUCE_PREFIX`, ...)."""

from importlib import metadata
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field
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
    release: str = Field(
        default_factory=lambda: metadata.version("cauce"),
        min_length=1,
        description="The release that decides, named in every event.",
    )

    def topic(self, name: str) -> str:
        """The full name of a topic, group or transactional id in this deployment."""
        return f"{self.prefix}{name}"
