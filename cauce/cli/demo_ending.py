"""A play that ends by itself, or in good order by the first Ctrl-C; the second ends everything at once."""

import asyncio
import signal

from cauce.demo.play import Play

STOPS = (signal.SIGINT, signal.SIGTERM)


async def played_to_the_end(play: Play) -> float:
    """The seconds it took; what has been till then is in the play, whoever ended it."""
    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(play.run())

    def end() -> None:
        play.end()
        for number in STOPS:
            loop.remove_signal_handler(number)

    for number in STOPS:
        loop.add_signal_handler(number, end)
    try:
        return await task
    finally:
        for number in STOPS:
            loop.remove_signal_handler(number)
