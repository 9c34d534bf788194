"""The envelope: what is written in one place is read in another, and the letterhead writes what the envelope does."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.envelope import Envelope, EnvelopeBroken, Letterhead, instant_text
from schemas.headers import packed

TEXTS = st.text(st.characters(blacklist_categories=("Cs",)), max_size=9)
INSTANTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.sampled_from([UTC]))  # noqa: DTZ001  # Hypothesis adds the zone
ENVELOPES = st.builds(
    Envelope, TEXTS, TEXTS, TEXTS, TEXTS, st.integers(0), INSTANTS, TEXTS, cause_id=TEXTS, traceparent=TEXTS
)


@given(ENVELOPES)
def test_an_envelope_reads_as_it_was_written(envelope):
    assert Envelope.from_headers(envelope.to_headers()) == envelope


@given(ENVELOPES, ENVELOPES)
def test_a_letterhead_gives_the_headers_of_each_of_its_envelopes(cause, said):
    source, release = packed("ce_source", said.source.encode()), packed("ce_release", said.release.encode())
    letterhead = Letterhead(cause, source, release)
    envelope = said._replace(at=cause.at, cause_id=cause.id, traceparent=cause.traceparent)
    kind = packed("ce_type", said.type.encode())
    assert letterhead.headers(said.id, kind, said.subject.encode(), said.sequence) == envelope.to_headers()


@given(INSTANTS)
def test_an_instant_is_told_as_the_standard_library_would(at):
    assert instant_text(at) == at.isoformat(timespec="microseconds").replace("+00:00", "Z")


def test_an_instant_is_told_in_utc_to_the_microsecond():
    east = timezone(timedelta(hours=2))
    assert instant_text(datetime(2026, 3, 2, 9, tzinfo=east)) == "2026-03-02T07:00:00.000000Z"


@pytest.mark.parametrize(
    "name", ["ce_id", "ce_type", "ce_source", "ce_subject", "ce_sequence", "ce_time", "ce_release"]
)
def test_a_record_without_one_of_our_headers_is_not_ours(name):
    whole = Envelope("i", "t", "s", "o1", 1, datetime(2026, 3, 2, tzinfo=UTC), "1").to_headers()
    with pytest.raises(EnvelopeBroken):
        Envelope.from_headers([header for header in whole if header[0] != name])
