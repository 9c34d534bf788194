"""What stops a command through no fault of the code: the world lacks something, and the operator can mend it."""


class Unavailable(RuntimeError):
    """Something needed is not there. The message says what, and what to do next; the CLI prints it without a trace."""
