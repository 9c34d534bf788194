"""Light forms: messages as msgspec structs, for lanes so hot that pydantic's own objects are most of their time.

pydantic stays the declaration: a light form is generated from a model, takes the same JSON, holds the same values under
the same names, writes the same bytes, and is an instance of the model. It does not check what our own code puts in.
JSON that msgspec refuses is read by pydantic, so that pydantic alone decides what is refused, and in which words.
"""

import re
from datetime import date, datetime
from enum import Enum
from functools import cache
from operator import attrgetter
from types import FunctionType, NoneType, UnionType
from typing import Annotated, Any, ClassVar, TypeVar, Union, cast, get_args, get_origin

import msgspec
from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen
from pydantic import AwareDatetime, BaseModel, StringConstraints
from pydantic.fields import FieldInfo

from schemas.base import Message
from schemas.topics import MESSAGES
from schemas.upcasts import read_message

Model = TypeVar("Model", bound=BaseModel)

# RFC 4648 section 5, whole groups, padded, no stray bits: what pydantic writes, so passing it on is writing it again.
_BASE64 = r"\A(?s:(?=(?:.{64})*(?:.{4}){0,15}\Z))[A-Za-z0-9_-]*(?:[AQgw]==|[AEIMQUYcgkosw048]=)?\Z"
_FINER = re.compile(rb"\.\d{7}")  # digits after the microseconds, which pydantic cuts off and msgspec rounds
_INSTANT = Annotated[datetime, msgspec.Meta(tz=True)]
_KINDS: dict[Any, Any] = {
    **{kind: kind for kind in (str, int, float, bool, date)},
    AwareDatetime: _INSTANT,
    bytes: Annotated[str, msgspec.Meta(pattern=_BASE64)],
}

_encode = msgspec.json.Encoder().encode


class NoLightForm(TypeError):
    """A field of the model is of a kind that would not surely read and write the same."""


class LightForm(msgspec.Struct, frozen=True, gc=False):
    """What every light form can do that its model can. `gc=False`: it is immutable, so it is in no cycle."""

    declaration: ClassVar[type[BaseModel]]

    def to_bytes(self) -> bytes:
        """As schemas.base.Message."""
        return _encode(self)


def light(model: type[Model]) -> type[Model]:
    """The light form of a model, to be used as the model itself. Raises NoLightForm."""
    return cast("type[Model]", _form(model))


@cache
def _form(model: Any) -> Any:
    checks = model.__pydantic_decorators__
    if checks.validators or checks.field_validators or checks.model_validators or checks.root_validators:
        raise NoLightForm(f"{model.__name__} has validators of its own")
    absent = any(field.get_default() is None and not field.is_required() for field in model.model_fields.values())
    return msgspec.defstruct(
        model.__name__,
        [_field(name, field, written=absent) for name, field in model.model_fields.items()],
        bases=(LightForm,),
        namespace={"declaration": model, "__doc__": model.__doc__, **_methods(model), **_message_names(model)},
        module=__name__,
        frozen=True,
        gc=False,
        kw_only=True,
        omit_defaults=absent,
        forbid_unknown_fields=True,  # what is passed over must be JSON too, and msgspec does not look
    )


def replace(form: Model, **values: Any) -> Model:
    """A light form with other values in some fields."""
    return cast("Model", msgspec.structs.replace(cast("LightForm", form), **values))


def read_form(model: type[Model], value: bytes) -> Model:
    """The light form of a model from JSON. Raises pydantic.ValidationError for anything that is not this model."""
    return cast("Model", _read(model, _decoder(model), value))


def read_light(event_type: str, value: bytes) -> Any:
    """As schemas.upcasts.read_message, in the light form where there is one."""
    model = MESSAGES.get(event_type)
    if model is None:
        return lightened(read_message(event_type, value))
    decode = _decoder(model)
    return _read(model, decode, value) if decode else model.read(value)


def to_bytes(form: Any) -> bytes:
    """The JSON of a light form, for pydantic to read: it takes a light form for the model, and cannot write one."""
    return cast("LightForm", form).to_bytes()


def lightened(model: BaseModel) -> Any:
    """The light form of a model, or itself where there is none."""
    decode = _decoder(type(model))
    return decode(_json(model)) if decode else model


def declared(form: Any) -> Any:
    """The model itself, of its light form or of itself."""
    return form.declaration.model_validate_json(form.to_bytes()) if isinstance(form, LightForm) else form


def has_light_form(model: type[BaseModel]) -> bool:
    """Whether `light` makes one."""
    return _decoder(model) is not None


def _read(model: type[BaseModel], decode: Any, value: bytes) -> Any:
    if not _FINER.search(value):
        try:
            return decode(value)
        except (msgspec.DecodeError, UnicodeDecodeError):
            pass
    return decode(_json(model.model_validate_json(value)))


def _json(model: BaseModel) -> bytes:
    return model.model_dump_json(exclude_none=True).encode()


@cache
def _decoder(model: Any) -> Any:
    try:
        return msgspec.json.Decoder(_form(model)).decode
    except NoLightForm:
        return None


def _methods(model: type[BaseModel]) -> dict[str, Any]:
    """What a model computes of its fields: a light form has the same fields."""
    plain = set(Message.__mro__)
    own = [vars(base) for base in reversed(model.__mro__) if base not in plain]
    return {
        name: found
        for names in own
        for name, found in names.items()
        if isinstance(found, FunctionType) and (name == "__str__" or not name.startswith("_"))
    }


def _message_names(model: type[BaseModel]) -> dict[str, Any]:
    """What a message has beside its fields."""
    if not issubclass(model, Message):
        return {}
    return {
        "type": model.type,
        "key": model.key,
        "identity": model.identity,
        "key_value": _joined(model, (model.key,)),
        "natural_key": _joined(model, model.identity),
    }


def _joined(model: type[Message], names: tuple[str, ...]) -> Any:
    """As schemas.base.Message.natural_key."""
    if not names:
        return lambda _: ""
    values = attrgetter(*names)
    if len(names) == 1:
        return lambda form: str(values(form))
    if all(_is_text(model.model_fields[name].annotation) for name in names):
        return lambda form: "/".join(values(form))
    return lambda form: "/".join(map(str, values(form)))


def _is_text(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, str)


def _field(name: str, field: FieldInfo, *, written: bool) -> tuple[str, Any] | tuple[str, Any, Any]:
    """With `written`, the struct leaves out its defaults, which only what is absent may be: a factory's are none."""
    kind = _kind(field.annotation, field.metadata)
    if field.is_required():
        if NoneType in get_args(field.annotation):
            raise NoLightForm(f"{name}: may be null, and must be there")
        return name, kind
    default = field.get_default()
    if default is None:
        return name, kind, None
    if not isinstance(default, (str, int, tuple)) or field.default_factory:
        raise NoLightForm(f"{name}: a default of {type(default).__name__} may not be written")
    return name, kind, msgspec.field(default_factory=lambda: default) if written else default


def _kind(annotation: Any, metadata: list[Any]) -> Any:
    """A type of msgspec that takes no JSON which the annotation refuses, and reads the same value."""
    if get_origin(annotation) is Annotated:
        plain, *more = get_args(annotation)
        return _kind(plain, [*metadata, *more])
    limits = _limits(metadata)
    kind = _plain(annotation)
    return Annotated[kind, msgspec.Meta(**limits)] if limits else kind


def _plain(annotation: Any) -> Any:
    if annotation in _KINDS:
        return _KINDS[annotation]
    if get_origin(annotation) in {Union, UnionType}:
        return _optional(annotation)
    if get_origin(annotation) is tuple and get_args(annotation)[1:] == (Ellipsis,):
        return tuple[_kind(get_args(annotation)[0], []), ...]  # type: ignore[misc]  # made at run time
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _form(annotation)
    if _is_text(annotation) and issubclass(annotation, Enum):
        return annotation
    raise NoLightForm(f"{annotation} has no light form")


def _optional(annotation: Any) -> Any:
    kinds = [kind for kind in get_args(annotation) if kind is not NoneType]
    if len(kinds) != 1 or len(get_args(annotation)) != 2:
        raise NoLightForm(f"{annotation} has no light form")
    return _kind(kinds[0], []) | None


_NUMBERS = {Ge: "ge", Gt: "gt", Le: "le", Lt: "lt"}
_LENGTHS = {MinLen: "min_length", MaxLen: "max_length"}
_TEXTS = ("min_length", "max_length", "pattern")


def _limits(metadata: list[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in metadata:
        if isinstance(one, StringConstraints):
            said = {name: value for name, value in vars(one).items() if value is not None}
            if not said.keys() <= set(_TEXTS):
                raise NoLightForm(f"{one} has no light form")
            found |= said
        elif type(one) in _NUMBERS or type(one) in _LENGTHS:
            name = (_NUMBERS | _LENGTHS)[type(one)]
            found[name] = getattr(one, name)
        else:
            raise NoLightForm(f"{one} has no light form")
    if "pattern" in found:
        found["pattern"] = _python(found["pattern"])
    return found


def _python(pattern: str) -> str:
    """A pattern of Rust's regex crate for Python, whose `$` also matches before a newline at the end."""
    return re.sub(r"\$$", r"\\Z", pattern)
