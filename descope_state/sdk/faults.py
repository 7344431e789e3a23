"""How a call to a service can fail, as the engine tells failures apart.

A provider raises nothing else. What the engine does follows from the class alone: `Throttled`
waits and goes again, `Unavailable` on a read is tried again, a write that ended `Indeterminate`
is looked for by its identity and never repeated blindly, and the others are final.
"""


class Fault(Exception):
    """A call that did not give what was asked; the message is shown to the user."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class Rejected(Fault):
    """The service understood the request and will not do it: the change fails, and says why."""


class NotFound(Fault):
    """The object is not there: a deletion that meets it is done, an update has lost its object."""


class Conflict(Fault):
    """The service says that such an object exists already: the engine looks before it believes."""


class Throttled(Fault):
    """Too many calls; `after` is how many seconds the service asks to wait, if it says.

    Raised inside the gate it makes all others wait as well; the call is sent again.
    """

    def __init__(self, message: str, *, after: float | None = None) -> None:
        super().__init__(message)
        self.after = after


class Unavailable(Fault):
    """The request surely had no effect, and may be sent again: it never left, or was a read."""


class Untrusted(Unavailable):
    """The server is not who it should be, or cannot be asked at all: waiting will not help."""


class Indeterminate(Fault):
    """The request may or may not have taken effect: it left, and no usable answer came.

    It is not sent again; `find` tells what became of it.
    """


class Unauthorized(Fault):
    """The credentials are missing, wrong, or of another project: the command ends with status 7."""


class NotLicensed(Fault):
    """The account's plan, or what the key may do, does not include this."""
