"""`cauce reference publish` on a real broker: all or nothing, and what was published is said."""

import asyncio

import pytest
from click.testing import CliRunner

from cauce.cli import main
from cauce.runtime.log_reader import read_to_end
from cauce.runtime.topics import create_topics, specs

pytestmark = pytest.mark.live

SITES = "id,name,country,latitude,longitude\nVENLO,Venlo,NL,51.37,6.17\nLYON,Lyon,FR,45.76,4.83\n"


@pytest.fixture
def publish(settings, tmp_path, monkeypatch):
    for name in ("servers", "prefix", "home"):
        monkeypatch.setenv(f"CAUCE_{name.upper()}", str(getattr(settings, name)))
    (tmp_path / "sites.csv").write_text(SITES)

    def publish(**environment):
        return CliRunner(env=environment).invoke(main, ["reference", "publish", str(tmp_path)])

    return publish


def wanted(settings):
    return [spec for spec in specs(settings) if spec.name in {"reference", "stock-commands"}]


def test_what_was_published_is_said_by_kind_items_version_and_topic(publish, settings):
    asyncio.run(create_topics(settings.servers, settings, wanted(settings)))
    shown = publish()
    assert shown.exit_code == 0, shown.output
    line, _ = shown.output.splitlines()
    kind, count, _, _, version, _, *topics = line.split()
    assert (kind, count, topics) == (
        "sites", "2", [settings.topic("reference"), "and", settings.topic("stock-commands")],
    )  # fmt: skip
    values = asyncio.run(records(settings))
    assert len(values) == settings.partitions + settings.pools
    assert all(version.encode() in value for value in values)


def test_without_its_topics_nothing_is_sent_and_the_command_says_how_to_create_them(publish, settings):
    shown = publish()
    assert shown.exit_code == 2
    assert shown.output == (
        f"Error: No topic {settings.topic('reference')}, so nothing was published. "
        "Create it: `cauce topics`, or `cauce up`.\n"
    )


def test_with_other_partition_counts_than_the_topics_have_nothing_is_sent(publish, settings):
    asyncio.run(create_topics(settings.servers, settings, wanted(settings)))
    shown = publish(CAUCE_PARTITIONS="9")
    assert shown.exit_code == 2
    assert "has 4 partitions, the settings ask for 9, so nothing was published" in shown.output
    assert asyncio.run(records(settings)) == []


async def records(settings):
    return [record.value async for record in read_to_end(settings.servers, settings, ["reference", "stock-commands"])]
