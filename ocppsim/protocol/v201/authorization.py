"""The messages of block C, authorization: so far the cache."""

from typing import Literal

from ocppsim.protocol.actions import Action, Message, Sender
from ocppsim.values import frozen


@frozen
class ClearCacheResponse:
    status: Literal["Accepted", "Rejected"]


@frozen
class ClearCache(Message[ClearCacheResponse]):
    action = "ClearCache"


ACTIONS = (Action(ClearCache, ClearCacheResponse, Sender.CENTRAL_SYSTEM, "Authorization"),)
