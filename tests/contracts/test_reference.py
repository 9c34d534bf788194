"""What may be published as reference data."""

import pytest
from pydantic import ValidationError

from schemas.orders import ShipOption
from schemas.reference import Policy


def test_a_policy_accepts_only_currencies_of_iso_4217():
    terms = {"deliver_within_days": {ShipOption.STANDARD: 5}, "return_window_days": 30, "returns_site": "leicester"}
    assert Policy(currencies=("GBP", "JPY"), **terms).currencies == ("GBP", "JPY")
    with pytest.raises(ValidationError, match="XQQ is not a currency of ISO 4217"):
        Policy(currencies=("GBP", "XQQ"), **terms)
