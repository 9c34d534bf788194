"""The mail of a notice, and what a name or an address cannot do to it."""

import json
from email import message_from_bytes, quoprimime
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cauce.runtime.settings import Settings
from schemas.notices import NoticeKind
from schemas.orders import PersonalDetails
from services.notify.domain.letters import RECIPIENT, plain
from services.notify.mail import NoAddress, build, mailbox

HEADERS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "Content-Type",
    "Content-Transfer-Encoding",
    "MIME-Version",
    "Content-Language",
]
NAUGHTY = json.loads((Settings().data / "json" / "blns.json").read_text("utf-8"))


@pytest.fixture(scope="session", name="posted")
def _posted(new_lane, notice):
    (effect,) = new_lane().take(notice(NoticeKind.SHIPPED))

    def posted(name="Ana", email="ana@example.com", **changed):
        """A mail as its reader's program parses it."""
        details = PersonalDetails(name=name, email=email, country="ES")
        built = build(effect.model_copy(update=changed), details, "Señal <orders@shop.example>")
        return message_from_bytes(built.content, policy=SMTP)

    return posted


def text_of(mail):
    return mail.get_content().replace("\r\n", "\n")


def test_a_mail_carries_what_programs_and_people_need(posted):
    mail = posted("Ana Núñez")
    assert mail.keys() == HEADERS
    assert mail["From"].addresses[0].display_name == "Señal"
    assert mail["To"].addresses[0].addr_spec == "ana@example.com"
    assert mail["Date"].datetime.isoformat() == "2026-03-02T09:30:00+00:00"
    assert mail["Subject"] == "A parcel of your order SHOP-1001 is on its way"
    assert text_of(mail).startswith("Hello Ana Núñez,\n")


def test_nobody_is_greeted_by_a_marker(posted):
    assert text_of(posted("")).startswith("Hello,\n")


def test_only_the_greeting_is_filled(posted):
    body = f"Hello {RECIPIENT},\n\n1 of {RECIPIENT}\n"
    assert text_of(posted("Ana", body=body)) == f"Hello Ana,\n\n1 of {RECIPIENT}\n"


@given(name=st.text() | st.sampled_from(NAUGHTY))
def test_a_name_is_greeted_as_it_was_given_and_writes_no_header(posted, name):
    mail = posted(name)
    assert mail.keys() == HEADERS
    assert text_of(mail).startswith(f"Hello {plain(name)},\n" if plain(name) else "Hello,\n")


def test_every_naughty_string_is_greeted_as_it_was_given(posted):
    assert [name for name in NAUGHTY if plain(name) and f"Hello {plain(name)},\n" not in text_of(posted(name))] == []


@given(subject=st.text().map(plain) | st.sampled_from(NAUGHTY).map(plain))
def test_a_subject_writes_no_header(posted, subject):
    assert posted(subject=subject).keys() == HEADERS


@pytest.mark.parametrize(
    "address",
    [
        "",
        " ",
        "ana",
        "ana@",
        "@example.com",
        "ana@localhost",
        "a b@example.com",
        "ana@example.com\r\nRCPT TO:<x@y.example>",
        "ana@exa mple.com",
        "ana@example.com, bob@example.com",
        "Ana <ana@example.com>",
        "añana@example.com",
        "ana@-..com",
    ],
)
def test_what_is_no_address_is_not_written_to(address):
    with pytest.raises(NoAddress):
        mailbox(address)


@given(address=st.text() | st.emails() | st.sampled_from(NAUGHTY))
def test_an_address_is_refused_or_is_one_recipient_in_ascii(posted, address):
    try:
        spec = mailbox(address)
    except NoAddress:
        return
    assert spec.isascii()
    assert [each.addr_spec for each in posted(email=address)["To"].addresses] == [spec]


@given(
    local=st.from_regex(r"[\w.!+'-]{1,9}", fullmatch=True), domain=st.from_regex(r"[a-zA-Z0-9.-]{1,12}", fullmatch=True)
)
def test_a_plain_address_is_taken_as_the_library_takes_it(local, domain):
    assert taken(f"{local}@{domain}") == taken(f" {local}@{domain}")


def taken(address):
    try:
        return mailbox(address)
    except NoAddress:
        return None


LINES = st.lists(st.text("ab =.\t\x7f~é", max_size=4) | st.integers(74, 80).map("x".__mul__), max_size=3)


@given(lines=LINES, end=st.sampled_from(["", "\n", "\r\n"]))
def test_a_plain_body_is_written_as_the_library_writes_it(new_lane, notice, lines, end):
    (effect,) = new_lane().take(notice(NoticeKind.SHIPPED))
    details = PersonalDetails(name="Ana", email="ana@example.com", country="ES")
    body = "\n".join(lines) + end
    content = build(effect.model_copy(update={"body": body}), details, "orders@shop.example").content
    whole = b"\n".join(body.encode().splitlines()) + b"\n"
    assert content.partition(b"\r\n\r\n")[2].decode() == quoprimime.body_encode(whole.decode("latin-1"), 78, "\r\n")


def test_a_domain_of_another_script_is_written_in_ascii():
    assert mailbox("ana@bücher.example") == "ana@xn--bcher-kva.example"


def test_no_reason_repeats_the_address():
    with pytest.raises(NoAddress) as refused:
        mailbox("ana garcia@example.com")
    assert "garcia" not in str(refused.value)
