"""Mails through a real server and into a real folder, and what a refusal means."""

import asyncio
import socket
from email import message_from_bytes
from email.policy import SMTP

import pytest
from aiosmtpd.controller import Controller

from cauce.runtime.doors.vault import Vault
from cauce.runtime.service import Answer, ProviderDown
from cauce.runtime.settings import Settings
from schemas.base import Sealed
from schemas.effects import EffectOutcome
from schemas.notices import NoticeKind
from schemas.orders import PersonalDetails
from services.notify.media import FolderMedium, medium_of
from services.notify.runner import Mailer, connect

SENDER = "Shop <orders@shop.example>"


class Postmaster:
    """Keeps what a mail server took; `says` answers a step of the dialogue in place of its yes."""

    def __init__(self):
        self.mails = []
        self.says = {}

    async def handle_MAIL(self, _server, _session, envelope, address, _options):  # noqa: N802  # aiosmtpd's name
        envelope.mail_from = address
        return self.says.get("MAIL", "250 yes")

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802  # aiosmtpd's name
        envelope.rcpt_tos.append(address)
        return self.says.get("RCPT", "250 yes")

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802  # aiosmtpd's name
        if "DATA" not in self.says:
            self.mails.append(envelope)
        return self.says.get("DATA", "250 yes")


@pytest.fixture
def postmaster():
    return Postmaster()


@pytest.fixture
def server(postmaster):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(postmaster, hostname="127.0.0.1", port=port)
    controller.start()
    yield f"smtp://127.0.0.1:{port}"
    controller.stop()


@pytest.fixture
def vault(tmp_path):
    vault = Vault(tmp_path)
    yield vault
    vault.close()


@pytest.fixture(name="effect")
def _effect(vault, lane, notice):
    def effect(name="Ana Núñez", email="ana@example.com"):
        sealed = vault.seal("ana", PersonalDetails(name=name, email=email, country="ES"))
        (mail,) = lane.take(notice(NoticeKind.SHIPPED, name, personal=sealed))
        return mail

    return effect


@pytest.fixture(name="send")
def _send(vault):
    async def send(url, *effects):
        mailer = Mailer(medium_of(url), vault, SENDER)
        return await asyncio.gather(*(mailer.perform(effect, "e-1", 1) for effect in effects))

    return send


async def test_a_mail_server_gets_the_mail_and_the_answer_is_its_message_id(server, postmaster, effect, send):
    mail = effect()
    assert await send(server, mail) == [Answer(EffectOutcome.DONE, provider_reference=mail.message_id)]
    (got,) = postmaster.mails
    assert (got.mail_from, got.rcpt_tos) == ("orders@shop.example", ["ana@example.com"])
    read = message_from_bytes(got.content, policy=SMTP)
    assert read["Message-ID"] == mail.message_id
    assert read.get_content().startswith("Hello Ana Núñez,")


async def test_many_mails_at_once_all_arrive(server, postmaster, effect, send):
    await send(server, *(effect(f"Ana {number}") for number in range(20)))
    greetings = {message_from_bytes(got.content, policy=SMTP).get_content().split(",")[0] for got in postmaster.mails}
    assert greetings == {f"Hello Ana {number}" for number in range(20)}


@pytest.mark.parametrize("says", ["RCPT 550 5.1.1 no ana@example.com here", "DATA 554 spam"])
async def test_a_refusal_for_good_is_declined_without_repeating_the_address(server, postmaster, effect, send, says):
    step, _, answer = says.partition(" ")
    postmaster.says[step] = answer
    (said,) = await send(server, effect())
    assert said == Answer(EffectOutcome.DECLINED, detail=f"the mail server refused it with {answer[:3]}")


@pytest.mark.parametrize("says", ["MAIL 451 later", "RCPT 450 greylisted", "DATA 452 full", "MAIL 550 not you"])
async def test_a_refusal_that_may_pass_or_is_our_own_is_tried_again(server, postmaster, effect, send, says):
    step, _, answer = says.partition(" ")
    postmaster.says[step] = answer
    with pytest.raises(ProviderDown, match=answer[:3]) as down:
        await send(server, effect())
    assert not down.value.may_have_acted


async def test_a_server_that_is_not_there_is_tried_again(effect, send):
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))  # bound and not listening: nobody else can take the port meanwhile
        with pytest.raises(ProviderDown, match="does not answer") as down:
            await send(f"smtp://127.0.0.1:{bound.getsockname()[1]}", effect())
    assert not down.value.may_have_acted


async def test_a_server_that_falls_silent_in_the_middle_may_have_taken_the_mail(server, postmaster, effect, send):
    async def hang_up(server, *_):
        server.transport.close()
        return "250 yes"

    postmaster.handle_DATA = hang_up
    with pytest.raises(ProviderDown, match="does not answer") as down:
        await send(server, effect())
    assert down.value.may_have_acted


async def test_a_server_without_tls_gets_nothing_that_asks_for_tls(server, postmaster, effect, send):
    with pytest.raises(ProviderDown):
        await send(server.replace("smtp:", "smtps:"), effect())
    assert postmaster.mails == []


async def test_a_server_that_offers_no_log_in_gets_no_password(server, postmaster, effect, send):
    with pytest.raises(ProviderDown):
        await send(server.replace("//", "//shop:p%40ss@"), effect())
    assert postmaster.mails == []


async def test_a_person_without_an_address_is_declined(server, effect, send):
    (said,) = await send(server, effect(email=""))
    assert said == Answer(EffectOutcome.DECLINED, detail="no address that mail can be sent to")


async def test_an_erased_person_gets_no_mail(server, postmaster, effect, send, vault):
    mail = effect()
    vault.erase("ana")
    assert await send(server, mail) == [Answer(EffectOutcome.DECLINED, detail="erased")]
    assert postmaster.mails == []


async def test_a_seal_that_was_tampered_with_is_declined(server, effect, send):
    mail = effect()
    broken = mail.model_copy(update={"personal": Sealed(person_id="ana", content=bytes(64))})
    (said,) = await send(server, broken)
    assert said.outcome is EffectOutcome.DECLINED


async def test_a_person_whose_key_is_elsewhere_waits_for_the_right_vault(server, effect, tmp_path):
    other = Vault(tmp_path / "other")
    with pytest.raises(ProviderDown, match="CAUCE_HOME"):
        await Mailer(medium_of(server), other, SENDER).perform(effect(), "e-1", 1)
    other.close()


async def test_a_folder_has_a_file_for_each_mail_and_counts_repeats(tmp_path, effect, send):
    folder, mail = tmp_path / "mails", effect()
    for _ in range(3):
        await send(folder.as_uri(), mail)
    stem = mail.message_id.strip("<>").partition("@")[0]
    assert {path.name for path in folder.iterdir()} == {f"{stem}.eml", f"{stem}.repeat-1.eml", f"{stem}.repeat-2.eml"}
    read = message_from_bytes((folder / f"{stem}.eml").read_bytes(), policy=SMTP)
    assert read["To"] == "ana@example.com"


async def test_writers_of_the_same_mail_at_once_lose_none(tmp_path, effect, send):
    await send(tmp_path.joinpath("mails").as_uri(), *[effect()] * 8)
    assert len(list((tmp_path / "mails").glob("*.eml"))) == 8


async def test_a_folder_that_cannot_be_written_is_tried_again(tmp_path, effect, vault):
    (tmp_path / "mails").write_text("in the way")
    with pytest.raises(ProviderDown):
        await Mailer(FolderMedium(tmp_path / "mails"), vault, SENDER).perform(effect(), "e-1", 1)


def test_a_url_of_no_medium_is_refused_without_showing_it():
    with pytest.raises(ValueError, match="CAUCE_MAIL_URL") as refused:
        medium_of("https://user:hunter2@mail.example")
    assert "hunter2" not in str(refused.value)


async def test_the_settings_of_the_worker_name_medium_and_sender_whatever_the_environment_says(
    monkeypatch, tmp_path, effect
):
    monkeypatch.setenv("CAUCE_HOME", str(tmp_path / "elsewhere"))
    async with connect(Settings(home=tmp_path, mail_from="Tienda <pedidos@tienda.example>")) as mailer:
        await mailer.perform(effect(), "e-1", 1)
    (file,) = (tmp_path / "mail").iterdir()
    assert message_from_bytes(file.read_bytes(), policy=SMTP)["From"] == "Tienda <pedidos@tienda.example>"
    assert "hunter2" not in repr(Settings(mail_url="smtps://shop:hunter2@mail.example"))
