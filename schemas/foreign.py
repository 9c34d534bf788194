"""What every form of an outsider is made of: strict parts, bounded texts, and codes instead of what a person wrote."""

import re
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Text = Annotated[str, StringConstraints(max_length=500)]
Key = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f]+$")]
Channel = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,30}$")]


class Foreign(BaseModel):
    """A form that outsiders fill in: unknown fields are an error that names them."""

    model_config = ConfigDict(frozen=True, extra="forbid")


OTHER_REASON = "other"
_CODE = re.compile(r"[a-z][a-z0-9_-]{0,39}")


def reason_code(reason: str) -> str:
    """An outsider's code as it is; what a person wrote could be about a person, and stays in the raw record."""
    return reason if not reason or _CODE.fullmatch(reason) else OTHER_REASON
