"""What a meter signs, and the port to whatever does that for the meters of a station."""

from typing import Protocol

from attrs import field

from ocppsim.values import frozen


@frozen
class MeterRecord:
    """A register reading of a session. `told_at` is an instant by the clock of time stamps."""

    connector: int
    page: int  # counts what this meter has signed
    tag: str
    told_at: float
    register_wh: int
    place: str  # of the reading in its session: B(egin), C(harging), E(nd)
    direct: bool = False  # direct current


@frozen
class Signature:
    """A signed reading as it is told, with all that is needed to verify it."""

    text: str
    encoding: str
    method: str  # empty where the text says it
    public_key: str = field(repr=False)


class MeterSigner(Protocol):
    def public_key(self, connector: int) -> str: ...

    def sign(self, record: MeterRecord) -> Signature: ...
