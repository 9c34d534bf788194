"""`cauce reference publish`: what it says, and that it says it without a broker where the files are wrong."""

import pytest
from click.testing import CliRunner

from cauce.cli import main

SITES = "id,name,country,latitude,longitude\nVENLO,Venlo,NL,51.37,6.17\n"


@pytest.fixture
def publish(tmp_path, monkeypatch):
    monkeypatch.setenv("CAUCE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CAUCE_SERVERS", "127.0.0.1:1")  # who asks for the broker fails otherwise than a file does
    return lambda *options: CliRunner().invoke(main, ["reference", "publish", str(tmp_path), *options])


def test_one_flaw_is_one_line_and_exit_code_2(publish, tmp_path):
    (tmp_path / "sites.csv").write_text(SITES.replace("51.37", "151.37"))
    shown = publish()
    assert (shown.exit_code, shown.output) == (
        2,
        (
            "Error: sites.csv, line 2, column latitude: expected less than or equal to 90, found '151.37'. "
            "Nothing was published.\n"
        ),
    )


def test_several_flaws_have_a_line_each(publish, tmp_path):
    (tmp_path / "sites.csv").mkdir()
    (tmp_path / "policy.yaml").write_text("hello")
    shown = publish()
    first, *flaws = shown.output.splitlines()
    assert (shown.exit_code, first) == (2, "Error: nothing was published:")
    assert [flaw.split(",")[0].split(":")[0] for flaw in flaws] == ["  sites.csv", "  policy.yaml"]


def test_a_check_says_what_would_be_published_and_what_stays(publish, tmp_path):
    (tmp_path / "sites.csv").write_text(SITES)
    shown = publish("--check")
    sites, others = shown.output.splitlines()
    assert shown.exit_code == 0
    assert sites.split()[:4] == ["sites", "1", "items", "version"]
    assert sites.endswith("not published, only checked")
    files = "products.csv, kits.csv, substitutes.csv, rates.csv, policy.yaml, stocking.csv, safety.csv, lots.csv"
    more = "buying.csv, holds.yaml, promises.yaml, addressees.yaml"
    assert others == f"not there, so as published before: {files}, {more}"
