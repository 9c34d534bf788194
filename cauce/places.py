"""Places on the earth and the whole metres between them."""

from math import asin, cos, radians, sin, sqrt

from pydantic import BaseModel, ConfigDict, Field

EARTH_RADIUS_METERS = 6_371_008.8  # IUGG mean radius R1 (Moritz, Geodetic Reference System 1980)


class Coordinates(BaseModel):
    """WGS 84 degrees, north and east positive."""

    model_config = ConfigDict(frozen=True)

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


def distance_meters(start: Coordinates, end: Coordinates) -> int:
    """The great circle between two places by the haversine formula, in whole metres before anybody scores it."""
    phi, theta = radians(start.latitude), radians(end.latitude)
    half_chord = sin((theta - phi) / 2) ** 2 + cos(phi) * cos(theta) * (
        sin(radians(end.longitude - start.longitude) / 2) ** 2
    )
    return round(2 * EARTH_RADIUS_METERS * asin(min(1.0, sqrt(half_chord))))
