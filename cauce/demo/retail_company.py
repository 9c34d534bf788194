"""The company that sells the Online Retail goods: three sites, carriers of two zones, a policy."""

from collections.abc import Mapping, Sequence
from typing import Any

from cauce.demo.chance import pick
from cauce.money import Money
from cauce.places import Coordinates
from schemas.orders import ShipOption
from schemas.reference import Kind, Policy, Product, Rate, Site

CHANNEL = "web"
CURRENCY = "GBP"

SITES = (
    Site(id="DAVENTRY", name="Daventry DC", country="GB", coordinates=Coordinates(latitude=52.2578, longitude=-1.1654)),
    Site(id="GLASGOW", name="Glasgow", country="GB", coordinates=Coordinates(latitude=55.8642, longitude=-4.2518)),
    Site(id="VENLO", name="Venlo EU hub", country="NL", coordinates=Coordinates(latitude=51.3704, longitude=6.1724)),
)


PARCEL_GRAMS, CONSIGNMENT_GRAMS, LORRY_GRAMS = 30_000, 500_000, 24_000_000


def _rate(
    name: str, carrier: str, service: str, pence: tuple[int, int], days: int, *, domestic: bool, most: int
) -> Rate:
    return Rate(
        id=name,
        carrier=carrier,
        service=service,
        domestic=domestic,
        base=Money(amount=pence[0], currency=CURRENCY),
        per_kilogram=Money(amount=pence[1], currency=CURRENCY),
        max_weight_grams=most,
        transit_days=days,
    )


RATES = (
    _rate("rm-48", "Royal Mail", "Tracked 48", (349, 62), 3, domestic=True, most=PARCEL_GRAMS),
    _rate("rm-24", "Royal Mail", "Tracked 24", (445, 79), 2, domestic=True, most=PARCEL_GRAMS),
    _rate("evri-eco", "Evri", "Economy", (299, 58), 4, domestic=True, most=PARCEL_GRAMS),
    _rate("dpd-next", "DPD", "Next Day", (595, 70), 1, domestic=True, most=CONSIGNMENT_GRAMS),
    _rate("pallet-gb", "Palletline", "Economy Pallet", (4900, 9), 3, domestic=True, most=LORRY_GRAMS),
    _rate("post-int", "PostNL", "International", (745, 210), 7, domestic=False, most=PARCEL_GRAMS),
    _rate("dpd-classic", "DPD", "Classic Europe", (995, 160), 4, domestic=False, most=CONSIGNMENT_GRAMS),
    _rate("dhl-express", "DHL", "Express Worldwide", (2495, 420), 2, domestic=False, most=CONSIGNMENT_GRAMS),
    _rate("freight", "DSV", "Road Freight", (18900, 22), 5, domestic=False, most=LORRY_GRAMS),
)

POLICY = Policy(
    currencies=(CURRENCY,),
    deliver_within_days={ShipOption.STANDARD: 7, ShipOption.EXPRESS: 3},
    return_window_days=365,
    returns_site="DAVENTRY",
)


def reference_for(skus: Mapping[str, str]) -> dict[Kind, Sequence[Any]]:
    """Reference data with a product for each sku; the data set knows no weights, so each is drawn from its code."""
    products = [
        Product(id=sku, name=name[:80], weight_grams=40 + pick(900, "weight", sku))
        for sku, name in sorted(skus.items())
    ]
    return {Kind.SITES: SITES, Kind.PRODUCTS: products, Kind.RATES: RATES, Kind.POLICY: [POLICY]}
