"""With what a station comes to its central system: looked up anew for each dial."""

from collections.abc import Callable

from attrs import field

from ocppsim.values import frozen


def _pass_over(_: bytes) -> None:
    pass


@frozen
class Access:
    """`profile` is the security profile (whitepaper ed. 3, 2.1); 0 leaves TLS and credentials to the dial.

    With a password Basic authentication is used, the station's id being the user. `roots` are what a central
    system's certificate is held against, `certificate` and `key` the station's own; all in PEM.
    """

    profile: int = 0
    password: bytes | None = field(default=None, repr=False)
    roots: tuple[str, ...] = field(default=(), repr=False)
    certificate: str | None = field(default=None, repr=False)
    key: str | None = field(default=None, repr=False)
    on_trial: bool = False  # a failure will lead back to what was used before
    met: Callable[[bytes], None] = field(default=_pass_over, repr=False, eq=False)
    """Told the certificate of the central system (DER)."""


OPEN = Access()
