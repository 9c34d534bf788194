"""A small company: three sites, carriers, a policy, one sku for each journey; and people who buy from it."""

from itertools import count
from typing import NamedTuple

from cauce.demo.retail_company import reference_for
from cauce.money import Money
from schemas.buying import Buying
from schemas.kits import KitComponent
from schemas.raw import ChannelAddress
from schemas.reference import Kind, LotKept, Stocking, Substitute
from schemas.teams import Addressees, Supplier, Team, TeamKind

GOODS = {
    "LANTERN": "Storm lantern",
    "TEAPOT": "Enamel teapot",
    "MUG": "Stoneware mug",
    "APRON": "Linen apron",
    "DOORMAT": "Coir doormat",
    "BUNTING": "Cotton bunting",
    "CLOCK": "Wall clock",
    "NOTEBOOK": "Dotted notebook",
    "JAM-JAR": "Jam jar",
    "CAKE-STAND": "Cake stand",
    "COAT-HOOK": "Coat hook",
    "EGG-CUP": "Egg cup",
    "TRINKET-BOX": "Trinket box",
    "CANDLE": "Beeswax candle",
    "KETTLE": "Copper kettle",
    "BASKET": "Wicker basket",
    "PITCHER": "Glass pitcher",
    "SCARF": "Wool scarf",
    "TRAY": "Serving tray",
    "VASE": "Tall vase",
    "LADLE": "Soup ladle",
    "STOOL": "Milking stool",
    "SAMOVAR": "Brass samovar",
    "URN": "Tea urn",
    "TRIVET": "Iron trivet",
    "SPOON": "Wooden spoon",
    "EWER": "Water ewer",
    "CARAFE": "Wine carafe",
    "PRISM": "Crystal prism",
    "SCONCE": "Wall sconce",
    "LAMP": "Table lamp",
    "STOVE": "Camping stove",
    "LOCKET": "Silver locket",
    "YOGURT": "Sheep's yogurt",
    "FLUTE": "Champagne flute",
    "QUILT": "Patchwork quilt",
    "BLANKET": "Wool blanket",
    "CUP": "Porcelain cup",
    "SAUCER": "Porcelain saucer",
}
PRICE = 450
WATCHED = "LOCKET"  # the one sku whose stock anybody is told of
KIT = "TEA-SET"  # a cup and two saucers
REFERENCE = reference_for(GOODS) | {
    Kind.STOCKING: [Stocking(id=WATCHED, unit_value=Money(amount=900, currency="GBP"), low_below=5, order_up_to=20)],
    Kind.BUYING: [Buying(id=WATCHED, cover_below_days=1, supplier="SILVERSMITH")],
    Kind.LOTS: [LotKept(id="YOGURT", least_days=2)],
    Kind.SUBSTITUTES: [Substitute(id="1", sku="QUILT", substitute="BLANKET")],
    Kind.KITS: [
        KitComponent(id="1", kit=KIT, component="CUP", quantity=1, share=2),
        KitComponent(id="2", kit=KIT, component="SAUCER", quantity=2, share=1),
    ],
    Kind.ADDRESSEES: [
        Addressees(
            teams={"buyers": Team(hears=(TeamKind.LOW, TeamKind.RECOVERED))},
            suppliers={"SILVERSMITH": Supplier(language="es")},
        )
    ],
}
NEAREST, SECOND, FAR = "DAVENTRY", "GLASGOW", "VENLO"  # as somebody in London sees them

CANARIES = (b"Quillfeather", b"quillfeather.example", b"Wharfside Steps", b"07700 900")
_NUMBERS = count(1)


class Customer(NamedTuple):
    """A person as the channel knows one."""

    number: str
    name: str
    email: str
    language: str
    address: ChannelAddress


def new_customer(language="en", country="GB"):
    """Somebody new, who lives in London or in the capital of another country; every detail is a canary."""
    number = next(_NUMBERS)
    name, email = f"Zenobia Quillfeather {number}", f"z{number}@quillfeather.example"
    places = {"GB": ("London", "E1 6AN"), "ES": ("Madrid", "28013")}
    city, code = places[country]
    address = ChannelAddress(
        name=name,
        email=email,
        phone=f"07700 900{number:03d}",
        street=f"{number} Wharfside Steps",
        city=city,
        postal_code=code,
        country=country,
    )
    return Customer(f"c-{number}", name, email, language, address)
