"""The topics of a measurement, which is a prefix of its own on the broker."""

from aiokafka.admin import AIOKafkaAdminClient

from cauce.runtime.settings import Settings


async def clear(settings: Settings) -> None:
    """Delete what the rounds left at the broker."""
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.servers)
    await admin.start()
    try:
        await admin.delete_topics([name for name in await admin.list_topics() if name.startswith(settings.prefix)])
    finally:
        await admin.close()
