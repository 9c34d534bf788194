"""Notices and effects: what customers, teams and suppliers were told, and what the world outside answered."""

from typing import Any

from schemas.base import Message
from schemas.effects import EffectAnswered
from schemas.notices import CustomerNotified, NoticeFailed, NoticeSuperseded
from schemas.teams import TeamNoticeFailed, TeamNotified
from services.insight.domain.rows import Fact, Projection, Row


def _notice(message: Any, **values: Any) -> tuple[Row, ...]:
    named = {
        "person_id": message.person_id,
        "kind": message.kind.value,
        "reference": message.reference,
        "order_id": message.order_id,
    }
    return (Row("notices", named | values),)


def _told(fact: Fact, told: CustomerNotified) -> tuple[Row, ...]:
    return _notice(told, told_at=fact.at, message_id=told.message_id, repeats=told.repeats)


def _failed(fact: Fact, failed: NoticeFailed) -> tuple[Row, ...]:
    return _notice(failed, failed_at=fact.at, detail=failed.detail)


def _superseded(fact: Fact, superseded: NoticeSuperseded) -> tuple[Row, ...]:
    return _notice(superseded, superseded_at=fact.at)


def _team_told(fact: Fact, told: TeamNotified) -> tuple[Row, ...]:
    return _team_notice(told, told_at=fact.at, repeats=told.repeats)


def _team_not_told(fact: Fact, failed: TeamNoticeFailed) -> tuple[Row, ...]:
    return _team_notice(failed, failed_at=fact.at, detail=failed.detail)


def _team_notice(notice: TeamNotified | TeamNoticeFailed, **values: Any) -> tuple[Row, ...]:
    named = {
        "addressee": notice.addressee,
        "kind": notice.kind.value,
        "reference": notice.reference,
        "about": notice.about,
        "subject": notice.subject,
    }
    return (Row("team_notices", named | values),)


def _answered(fact: Fact, answered: EffectAnswered) -> tuple[Row, ...]:
    effect = {
        "effect_id": answered.effect_id,
        "topic": fact.topic,
        "effect": answered.effect,
        "reference": answered.reference,
        "outcome": answered.outcome.value,
        "provider_reference": answered.provider_reference,
        "detail": answered.detail,
        "attempts": answered.attempts,
        "repeats": answered.repeats,
        "answered_at": fact.at,
    }
    return (Row("effects", effect),)


PROJECTIONS: dict[type[Message], Projection] = {
    CustomerNotified: _told,
    NoticeFailed: _failed,
    NoticeSuperseded: _superseded,
    TeamNotified: _team_told,
    TeamNoticeFailed: _team_not_told,
    EffectAnswered: _answered,
}
