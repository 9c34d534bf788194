"""The keys of a home: sealing, erasing, and several processes at once."""

import stat
import subprocess
import sys

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from cauce.runtime.doors.vault import SealBroken, Vault, fingerprint_in, secret_of
from cauce.runtime.doors.vault_keys import Erased, KeyMissing, VaultFailed
from schemas.base import Sealed
from schemas.orders import PersonalDetails

ADA = PersonalDetails(name="Ada Lovelace", email="ada@example.org", street="12 St James's Square", country="GB")
SEAL_SOME = """
import sys
from pathlib import Path
from cauce.runtime.doors.vault import Vault
from schemas.orders import PersonalDetails

vault = Vault(Path(sys.argv[1]))
sealed = [vault.seal(f"p{number}", PersonalDetails(name="Ada", country="GB")).content.hex() for number in range(20)]
print(vault.secret.hex(), *sealed)
"""


@pytest.fixture
def open_vault(tmp_path):
    """Opens the vault of one home, as each process does for itself."""
    opened = []

    def opening():
        opened.append(Vault(tmp_path))
        return opened[-1]

    yield opening
    for vault in opened:
        vault.close()


@pytest.fixture
def vault(open_vault):
    return open_vault()


def bytes_on_disk(home):
    return b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())


def test_what_was_sealed_opens_again(vault):
    sealed = vault.seal("p1", ADA)
    assert vault.open(sealed, PersonalDetails) == ADA
    assert b"Ada" not in sealed.content


def test_the_same_details_of_a_person_are_the_same_bytes_even_after_a_restart(vault, open_vault):
    assert vault.seal("p1", ADA) == open_vault().seal("p1", ADA)


def test_two_people_with_the_same_details_have_different_bytes(vault):
    assert vault.seal("p1", ADA).content != vault.seal("p2", ADA).content


def test_a_seal_does_not_open_under_another_persons_name(vault):
    sealed, _ = vault.seal("p1", ADA), vault.seal("p2", ADA)
    with pytest.raises(SealBroken):
        vault.open(Sealed(person_id="p2", content=sealed.content), PersonalDetails)


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 200])
def test_bytes_that_are_no_seal_are_refused(vault, content):
    vault.seal("p1", ADA)
    with pytest.raises(SealBroken):
        vault.open(Sealed(person_id="p1", content=content), PersonalDetails)


def test_a_person_of_another_vault_is_not_taken_for_an_erased_one(vault):
    with pytest.raises(KeyMissing):
        vault.open(Sealed(person_id="stranger", content=b"x" * 40), PersonalDetails)


def test_a_new_key_that_is_not_settled_is_nobody_elses(vault, open_vault):
    sealed = vault.seal_unsettled("p1", ADA)
    with pytest.raises(KeyMissing):
        open_vault().open(sealed, PersonalDetails)
    vault.settle()
    assert open_vault().open(sealed, PersonalDetails) == ADA


@pytest.mark.parametrize("change", ["erase", "readmit"])
def test_a_key_that_is_not_settled_is_settled_before_another_change(vault, open_vault, change):
    sealed = vault.seal_unsettled("p1", ADA)
    getattr(vault, change)("p2")
    assert open_vault().open(sealed, PersonalDetails) == ADA


def test_an_erased_person_opens_nowhere_although_another_process_remembered_the_key(vault, open_vault):
    other = open_vault()
    sealed = other.seal("p1", ADA)
    assert other.open(sealed, PersonalDetails) == ADA
    vault.erase("p1")
    for each in (vault, other, open_vault()):
        with pytest.raises(Erased):
            each.open(sealed, PersonalDetails)


def test_erasing_leaves_everybody_elses_key(vault):
    sealed = vault.seal("p2", ADA)
    vault.erase("p1")
    assert vault.open(sealed, PersonalDetails) == ADA


def test_an_erased_key_is_in_no_file_of_the_vault(tmp_path, vault):
    vault.seal("p1", ADA)
    wrapped = vault._people._wrapping.encrypt(vault._people.find("p1"), [b"p1"])
    assert wrapped in bytes_on_disk(tmp_path)
    vault.erase("p1")
    assert wrapped not in bytes_on_disk(tmp_path)


@pytest.mark.parametrize("known", [True, False])
def test_an_erased_person_is_not_sealed_again_until_readmitted(vault, known):
    first = vault.seal("p1", ADA) if known else None
    vault.erase("p1")
    vault.erase("p1")
    with pytest.raises(Erased):
        vault.seal("p1", ADA)
    vault.readmit("p1")
    again = vault.seal("p1", ADA)
    assert vault.open(again, PersonalDetails) == ADA
    if first:
        with pytest.raises(SealBroken):
            vault.open(first, PersonalDetails)


def test_readmitting_somebody_who_was_not_erased_changes_nothing(vault):
    sealed = vault.seal("p1", ADA)
    vault.readmit("p1")
    vault.readmit("stranger")
    assert vault.open(sealed, PersonalDetails) == ADA
    with pytest.raises(KeyMissing):
        vault.open(Sealed(person_id="stranger", content=b"x" * 40), PersonalDetails)


def test_processes_that_start_together_share_one_secret_and_one_key_a_person(tmp_path):
    command = [sys.executable, "-c", SEAL_SOME, tmp_path]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    told = [process.communicate()[0].split() for process in processes]
    assert [len(words) for words in told] == [21] * 4
    assert told[0] == told[1] == told[2] == told[3]


def test_only_the_owner_reads_the_files_of_a_vault(tmp_path, vault):
    vault.seal("p1", ADA)
    vault.erase("p2")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [tmp_path / "vault", *tmp_path.rglob("vault/*")]}
    assert modes.pop("vault") == 0o700
    assert set(modes) >= {"secret", "people.sqlite", "erasures"}
    assert set(modes.values()) == {0o600}


def test_a_secret_is_made_once(tmp_path):
    made = secret_of(tmp_path / "secret")
    assert len(made) == 32
    assert secret_of(tmp_path / "secret") == made
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_raw_bytes_open_only_as_raw_bytes(vault):
    sealed = vault.seal_raw(b"\xff not even text")
    assert vault.open_raw(sealed) == b"\xff not even text"
    with pytest.raises(SealBroken):
        vault.open_raw(vault.seal("p1", ADA).content)


def test_an_empty_record_can_be_sealed(vault):
    assert vault.open_raw(vault.seal_raw(b"")) == b""


def test_keys_of_another_secret_stop_the_worker_instead_of_losing_records(tmp_path, vault):
    vault.seal("p1", ADA)
    (tmp_path / "vault" / "secret").write_bytes(b"x" * 32)
    other = Vault(tmp_path)
    with pytest.raises(VaultFailed, match="restore both together"):
        other.seal("p1", ADA)
    other.close()


def test_a_broken_database_is_a_failure_of_the_world(tmp_path, vault):
    vault.close()
    (tmp_path / "vault" / "people.sqlite").write_bytes(b"not a database" * 100)
    for name in ("people.sqlite-wal", "people.sqlite-shm"):
        (tmp_path / "vault" / name).unlink(missing_ok=True)
    with pytest.raises(VaultFailed, match="disk has room"):
        Vault(tmp_path)


def test_each_purpose_has_a_key_of_its_own(tmp_path, vault):
    deployment = secret_of(tmp_path / "vault" / "secret")
    assert vault.secret != deployment
    assert AESSIV.generate_key(512) != vault._people._wrapping


def test_a_vault_is_known_by_a_fingerprint_that_reveals_nothing(open_vault, tmp_path):
    vault = open_vault()
    secret = (tmp_path / "vault" / "secret").read_bytes()
    assert open_vault().fingerprint == vault.fingerprint == fingerprint_in(tmp_path)
    assert bytes.fromhex(vault.fingerprint) not in secret + vault.secret


def test_another_home_has_another_fingerprint(open_vault, tmp_path):
    other = Vault(tmp_path / "other")
    assert other.fingerprint != open_vault().fingerprint
    other.close()


def test_looking_for_a_fingerprint_makes_no_secret(tmp_path):
    assert fingerprint_in(tmp_path) is None
    assert list(tmp_path.iterdir()) == []
