"""Calls to the world outside: each waits until the simulation lets it meet its fate, whatever became of its caller."""

import asyncio

import aiohttp

FATES = ("silent", "lost", "late", "refused", "patience")  # of any call, when all does not go well


class Call:
    """A request on its way. `act` does the work, and answers; the caller is told, if it still listens."""

    def __init__(self, what, act, odd):
        self.what, self._act, self.fates = what, act, (*FATES, odd)
        self.caller = asyncio.get_running_loop().create_future()

    def answered(self):
        self._tell(self._act())

    def silent(self):
        """The work is done, and the connection breaks."""
        self._act()
        self._fail(aiohttp.ServerDisconnectedError())

    def lost(self):
        self._fail(aiohttp.ServerDisconnectedError())

    def late(self):
        """Nobody answered in time; the request is still on its way."""
        self._fail(TimeoutError())

    def refused(self):
        self._fail(aiohttp.ClientConnectorError(None, OSError(111, "refused")))

    def patience(self):
        self._tell((429, {}))

    def garbage(self):
        """The work is done, and the answer is something else."""
        self._act()
        self._tell((200, "<html>all is well</html>"))

    def declined(self):
        """A mail server's no, for good."""
        self._tell((550, {}))

    def _tell(self, answer):
        if not self.caller.done():
            self.caller.set_result(answer)

    def _fail(self, fault):
        if not self.caller.done():
            self.caller.set_exception(fault)


class Outside:
    """All calls of which nobody has heard the end."""

    def __init__(self):
        self.calls = []

    def call(self, what, act, *, odd, seconds):
        """The caller's side: what it is told, or TimeoutError. `odd` is the fate that only such calls have."""
        one = Call(what, act, odd)
        self.calls.append(one)
        return asyncio.wait_for(one.caller, seconds)

    def meet(self, call, fate):
        """Let a call meet its fate; one that is late is still to come."""
        self.calls.remove(call)
        getattr(call, fate)()
        if fate == "late":
            self.calls.append(call)
