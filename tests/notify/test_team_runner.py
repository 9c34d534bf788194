"""The runner of teams: mails into the folder, calls of a webhook that is there, and what each answer means."""

import base64
import hashlib
import hmac
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import orjson
import pytest
from aiohttp import web
from pydantic import SecretStr

from cauce.runtime.service import ProviderDown
from cauce.runtime.settings import Settings
from schemas.effects import EffectOutcome
from schemas.teams import SendToTeam
from services.notify.team_runner import connect

SECRET = "rosemary"  # noqa: S105  # of this test


def notice():
    return SendToTeam(
        about="CUP", addressee="team:buyers", kind="low", reference="r-1",  language="en",
        message_id="<n-1@notices.cauce.invalid>", written_at=datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
        subject="Cup is low", body="Cup has 3 units free.\n",
    )  # fmt: skip


@asynccontextmanager
async def webhook(status):
    """A receiver that answers so, and what it was sent."""
    calls = []

    async def take(request):
        calls.append((dict(request.headers), await request.read()))
        return web.Response(status=status)

    app = web.Application()
    app.router.add_post("/hook", take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/hook", calls
    finally:
        await runner.cleanup()


async def perform(tmp_path, to):
    (tmp_path / "addresses.yaml").write_text(f"teams:\n  buyers: {to}\n" if to else "")
    async with connect(Settings(home=tmp_path, webhook_secret=SecretStr(SECRET))) as herald:
        return await herald.perform(notice(), "e-1", 1)


async def test_a_mailbox_gets_a_mail(tmp_path):
    answer = await perform(tmp_path, "buyers@shop.example")
    (mail,) = (tmp_path / "mail").iterdir()
    assert answer.outcome is EffectOutcome.DONE
    assert b"To: buyers@shop.example\r\nSubject: Cup is low\r\n" in mail.read_bytes()


async def test_who_has_no_address_is_not_told_and_the_file_to_mend_is_named(tmp_path):
    answer = await perform(tmp_path, "")
    assert answer.outcome is EffectOutcome.DECLINED
    assert answer.detail.startswith("no address of team buyers: write it into addresses.yaml")


@pytest.mark.parametrize("wrong", ["buyers", "https://user:secret@hooks.example/", "[", "{a: b}"])
async def test_a_file_that_is_wrong_is_waited_for_and_its_addresses_are_not_repeated(tmp_path, wrong):
    with pytest.raises(ProviderDown, match=r"addresses\.yaml") as down:
        await perform(tmp_path, wrong)
    assert not down.value.may_have_acted
    assert "secret" not in str(down.value)


async def test_a_webhook_gets_one_signed_call(tmp_path):
    async with webhook(204) as (url, calls):
        answer = await perform(tmp_path, url)
        await perform(tmp_path, url)
    assert answer.outcome is EffectOutcome.DONE
    (headers, content), repeat = calls
    assert repeat[1] == content
    assert repeat[0]["webhook-signature"] == headers["webhook-signature"]
    told = orjson.loads(content)
    assert (told["id"], told["addressee"], told["kind"], told["about"]) == ("n-1", "team:buyers", "low", "CUP")
    signed = f"n-1.{headers['webhook-timestamp']}.".encode() + content
    signature = base64.b64encode(hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{signature}"


async def test_a_refusal_is_final(tmp_path):
    async with webhook(410) as (url, _):
        answer = await perform(tmp_path, url)
    assert (answer.outcome, answer.detail) == (EffectOutcome.DECLINED, "the webhook refused it with 410")


@pytest.mark.parametrize(("status", "may_have_acted"), [(429, False), (503, True), (301, True)])
async def test_a_webhook_in_trouble_is_asked_again(tmp_path, status, may_have_acted):
    async with webhook(status) as (url, _):
        with pytest.raises(ProviderDown, match=str(status)) as down:
            await perform(tmp_path, url)
    assert down.value.may_have_acted is may_have_acted


async def test_a_webhook_that_is_not_there_did_nothing(tmp_path):
    async with webhook(204) as (url, _):
        pass
    with pytest.raises(ProviderDown) as down:
        await perform(tmp_path, url)
    assert not down.value.may_have_acted
