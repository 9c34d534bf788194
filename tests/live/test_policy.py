"""`cauce policy` on a real broker: published, activated by pool, listed and shown again."""

import asyncio

import pytest
from click.testing import CliRunner

from cauce.cli import main
from cauce.runtime.settings import CHECKOUT
from cauce.runtime.topics import create_topics, specs

pytestmark = pytest.mark.live
POLICIES = CHECKOUT / "deploy" / "policies"


@pytest.fixture
def policy(settings, monkeypatch):
    for name in ("servers", "prefix", "home"):
        monkeypatch.setenv(f"CAUCE_{name.upper()}", str(getattr(settings, name)))
    wanted = [spec for spec in specs(settings) if spec.name in {"reference", "stock-commands"}]
    asyncio.run(create_topics(settings.servers, settings, wanted))
    return lambda *arguments: CliRunner().invoke(main, ["policy", *map(str, arguments)])


def test_a_published_policy_decides_once_it_is_activated(policy, tmp_path):
    for name in ("nearest", "cheapest"):
        shown = policy("publish", POLICIES / f"{name}.yaml")
        assert shown.exit_code == 0, shown.output
    version = shown.output.split()[0]
    assert policy("activate", "cheapest").output == f"{version} decides for every pool from now on\n"

    listed = policy("list").output.splitlines()
    assert [line.split("  ")[1].strip() for line in listed] == ["not active", "pool 0"]

    (tmp_path / "again.yaml").write_text(policy("show", version[:14]).output)
    assert policy("publish", tmp_path / "again.yaml", "--check").output.startswith(version)


def test_a_name_that_is_not_published_is_answered_with_those_that_are(policy):
    policy("publish", POLICIES / "nearest.yaml")
    shown = policy("activate", "nearby")
    assert shown.exit_code == 2
    assert shown.output == "Error: no policy nearby is published (there is nearest): `cauce policy publish FILE`.\n"
