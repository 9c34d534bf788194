"""What every message is: an immutable pydantic model with a type, a Kafka key and an identity."""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict

if TYPE_CHECKING:
    from pydantic._internal._model_construction import ModelMetaclass
else:
    ModelMetaclass = type(BaseModel)  # it has no public name

Instant = AwareDatetime


class Declared(ModelMetaclass):
    """Makes a light form (`schemas.light`) an instance of what it is the form of, so that one `match` takes both."""

    def __instancecheck__(self, instance: Any) -> bool:
        """By the declaration that a light form carries, else as pydantic does."""
        declaration = type(instance).__dict__.get("declaration")
        return super().__instancecheck__(instance) if declaration is None else self in declaration.__mro__


class Part(BaseModel, metaclass=Declared):
    """A value inside a message. Unknown fields are passed over, so that an older reader understands a newer writer."""

    model_config = ConfigDict(frozen=True, extra="ignore", ser_json_bytes="base64", val_json_bytes="base64")


class Message(Part):
    """A value of one topic.

    `type` names it with its version (`order.placed.v1`); `key` is the field that becomes the Kafka key; `identity`
    are the fields that tell two events of one type and one cause apart.
    """

    type: ClassVar[str]
    key: ClassVar[str]
    identity: ClassVar[tuple[str, ...]] = ()

    def key_value(self) -> str:
        """The Kafka key as text."""
        return str(getattr(self, self.key))

    def natural_key(self) -> str:
        """What tells this event apart from others of its type and cause."""
        return "/".join(str(getattr(self, name)) for name in self.identity)

    def to_bytes(self) -> bytes:
        """JSON in the order the fields are declared, without absent ones: the same value gives the same bytes."""
        return self.__pydantic_serializer__.to_json(self, exclude_none=True)

    @classmethod
    def read(cls, value: bytes) -> Self:
        """Raises pydantic.ValidationError for anything that is not this message."""
        return cls.model_validate_json(value)


class Sealed(Part):
    """Personal data under the key of one person; only runners and the API can open it.

    `content` is AES-SIV (RFC 5297) over JSON, the synthetic IV first, with the person's id as associated data. It has
    no nonce: the same details of the same person give the same bytes, so that a repeat can be told from a change.
    """

    person_id: str
    content: bytes
