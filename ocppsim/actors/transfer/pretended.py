"""Transfers that only take their time: nothing leaves the program. The only ones in virtual time."""

from hashlib import sha256

import trio

from ocppsim.actors.transfer import place
from ocppsim.model.specification import Specification
from ocppsim.values import frozen

PRETENDED_FIRMWARE = b"ocppsim pretended firmware\n"
"""What every pretended download brings: who wants its signature to be valid signs these octets."""


@frozen
class Pretended:
    """A transfer takes `transfer_s` of station time; it fails where the location says nothing usable."""

    transfer_s: float

    async def download(self, location: str) -> bytes:
        place.parse(location)
        await trio.sleep(self.transfer_s)
        return sha256(PRETENDED_FIRMWARE).digest()

    async def upload(self, location: str, name: str, content: bytes) -> None:
        del name, content
        place.parse(location)
        await trio.sleep(self.transfer_s)


def pretended(specification: Specification) -> Pretended:
    return Pretended(specification.firmware_upgrade.transfer_s)
