"""The broker that all live tests share."""

from cauce.runtime import broker as ladder
from cauce.runtime.broker_record import answers
from cauce.runtime.settings import Settings


def test_the_shared_broker_answers(broker):
    assert answers(broker)


def test_servers_named_in_settings_are_used_as_they_are(settings: Settings):
    assert ladder.obtain(settings) == ladder.Broker(servers=settings.servers, rung="named")
