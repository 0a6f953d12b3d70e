"""Certificates: all that needs the package `cryptography`, which is loaded when somebody asks for it.

Import the modules of this package inside a function, after `require`.
"""


class MissingPackage(Exception):
    """The optional package is not installed; says which, and how to get it."""


def require() -> None:
    """Raises MissingPackage where there is no `cryptography`."""
    try:
        import cryptography  # noqa: F401
    except ImportError as error:
        raise MissingPackage(
            "certificates need the package cryptography: install ocppsim[security]"
        ) from error
