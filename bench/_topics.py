"""The topics of a measurement, which is a prefix of its own on the broker."""

from cauce.runtime.settings import Settings
from cauce.runtime.topics import administering


async def clear(settings: Settings) -> None:
    """Delete what the rounds left at the broker."""
    async with administering(str(settings.servers)) as admin:
        await admin.delete_topics([name for name in await admin.list_topics() if name.startswith(settings.prefix)])
