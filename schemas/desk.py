"""What a site's desk asked of its stock and could not have."""

from typing import ClassVar

from pydantic import NonNegativeInt

from schemas.base import Message


class RequestRefused(Message):
    """A request of a site's desk that could not be granted, or not whole, and why; `request` is the command's type."""

    type: ClassVar[str] = "stock.request-refused.v1"
    key: ClassVar[str] = "site"
    identity: ClassVar[tuple[str, ...]] = ("request", "site", "request_id")

    pool: NonNegativeInt
    request: str
    request_id: str
    site: str
    code: str
    detail: str
