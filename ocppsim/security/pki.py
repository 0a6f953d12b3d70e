"""A whole throw-away PKI as a set of files: what works, and what must be refused."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from ocppsim.security.authority import CLIENT, CODE, SERVER, Authority, Issued

WRONG_NAME = "somewhere.else.invalid"
OPERATOR, MAKER = "ocppsim operator", "ocppsim manufacturer"


def throw_away(
    station: str, hosts: Sequence[str], operator: str = OPERATOR, days: float = 365
) -> Mapping[str, Issued]:
    """Certificates with their keys, by the name that their files have.

    `days` is how long the server's and the station's hold. The operator's side: `ca`, below it `sub-ca`,
    which has issued `server`, `station`, `expired` and `wrong-name`. `unknown-ca` is a server's by an
    authority that nobody knows. The manufacturer's side: `manufacturer`, which has issued `firmware`.
    """
    yesterday = datetime.now(UTC) - timedelta(days=1)
    root = Authority.root("ocppsim throw-away root", operator)
    below = root.subordinate("ocppsim throw-away sub-CA")
    stranger = Authority.root("ocppsim unknown root", operator)
    maker = Authority.root("ocppsim manufacturer root", MAKER)
    host = hosts[0]
    return {
        "ca": root.issued,
        "sub-ca": below.issued,
        "server": below.issue(host, SERVER, hosts, days),
        "station": below.issue(station, CLIENT, days=days),
        "expired": below.issue(host, SERVER, hosts, days=30, until=yesterday),
        "wrong-name": below.issue(WRONG_NAME, SERVER, [WRONG_NAME]),
        "unknown-ca": stranger.issue(host, SERVER, hosts),
        "manufacturer": maker.issued,
        "firmware": maker.issue("ocppsim firmware", CODE),
    }
