"""`cauce policy publish --check`: what it says of a file, without a broker."""

import pytest
from click.testing import CliRunner

from cauce.cli import main
from cauce.runtime.settings import CHECKOUT


@pytest.fixture
def check(tmp_path, monkeypatch):
    monkeypatch.setenv("CAUCE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CAUCE_SERVERS", "127.0.0.1:1")
    return lambda path: CliRunner().invoke(main, ["policy", "publish", str(path), "--check"])


def test_a_sound_policy_is_named_with_its_version_which_is_that_of_its_content(check, tmp_path):
    path = CHECKOUT / "deploy" / "policies" / "nearest.yaml"
    (tmp_path / "copy.yaml").write_text("# other words\n" + path.read_text())
    shown = check(path)
    assert shown.exit_code == 0
    assert shown.output.startswith("nearest@")
    assert check(tmp_path / "copy.yaml").output == shown.output


def test_flaws_are_listed_at_once_and_the_exit_code_is_2(check, tmp_path):
    (tmp_path / "odd.yaml").write_text("name: Odd One\ncurrency: GBP\nrules: []\n")
    shown = check(tmp_path / "odd.yaml")
    assert shown.exit_code == 2
    assert [line.split(":")[0] for line in shown.output.splitlines()] == [
        "Error",
        "  odd.yaml, line 1, column name",
        "  odd.yaml, line 3, column rules",
    ]


def test_a_file_that_is_not_there_is_said_to_be_none(check, tmp_path):
    shown = check(tmp_path / "none.yaml")
    assert (shown.exit_code, shown.output) == (
        2,
        "Error: none.yaml: expected a file, found none. Nothing was published.\n",
    )
