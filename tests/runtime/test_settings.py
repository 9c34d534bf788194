"""What a deployment may choose."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from cauce.runtime.settings import Settings


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch):
    for name in Settings.model_fields:
        monkeypatch.delenv(f"CAUCE_{name.upper()}", raising=False)


def test_without_a_word_a_deployment_has_no_prefix_and_finds_its_broker():
    settings = Settings()
    assert (settings.servers, settings.prefix, settings.partitions, settings.pools) == (None, "", 4, 1)
    assert settings.home == Path.home() / ".cauce"


def test_the_environment_is_read(monkeypatch):
    monkeypatch.setenv("CAUCE_SERVERS", "kafka-1:9092,kafka-2:9092")
    monkeypatch.setenv("CAUCE_PARTITIONS", "12")
    settings = Settings()
    assert (settings.servers, settings.partitions) == ("kafka-1:9092,kafka-2:9092", 12)


def test_folders_are_absolute_and_know_the_persons_home(monkeypatch):
    monkeypatch.setenv("CAUCE_HOME", "~/shop")
    monkeypatch.setenv("CAUCE_DATA", "data")
    settings = Settings()
    assert settings.home == Path.home() / "shop"
    assert settings.data == Path.cwd() / "data"


def test_a_topic_carries_the_prefix():
    assert Settings(prefix="north-2-").topic("order-placed") == "north-2-order-placed"


@pytest.mark.parametrize("prefix", ["north", "a.b-", "a_b-", "-", "a b-", "a--", "x" * 61 + "-"])
def test_a_prefix_that_would_blur_topic_names_is_refused(prefix):
    with pytest.raises(ValidationError):
        Settings(prefix=prefix)


def test_settings_do_not_change_while_a_process_runs():
    with pytest.raises(ValidationError, match="frozen"):
        Settings().prefix = "other-"  # type: ignore[misc]  # the point of the test


def test_the_release_is_the_packages_version():
    assert Settings().release[0].isdigit()
