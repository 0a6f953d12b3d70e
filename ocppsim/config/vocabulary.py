"""What configuration must know of OCPP and of addresses, and is told by those who do."""

from collections.abc import Callable, Mapping

from attrs import field

from ocppsim.model.commands import Trigger
from ocppsim.model.specification import Specification
from ocppsim.values import frozen

Problem = str | None
"""Why something cannot be; None when it can."""


@frozen
class Vocabulary:
    """Of one version of OCPP; `of` has that of another one."""

    version: str
    of: "Callable[[str], Vocabulary]" = field(repr=False)
    requests: frozenset[str]  # actions of central systems
    messages: frozenset[str]  # actions of stations
    needed: frozenset[str]  # of those: without them there is no session
    triggers: Mapping[str, frozenset[Trigger]]  # what a name may mean
    knows_key: Callable[[str], bool]
    usual: Callable[[str], str]  # the initial value of a key of the standard
    key_problem: Callable[[str, str], Problem]  # of the initial value of a configuration key
    address_problem: Callable[[str], Problem]  # of the URL of a central system
    header_problem: Callable[[str, str], Problem]  # of a header of the opening request; without its value
    measurands: frozenset[str]
    unit: Callable[
        [str, str], float | None
    ]  # how many usual ones of a measurand it is; None: none of its units
    station_problem: Callable[[Specification], Problem]
    sessions: bool = True  # stations of this version have them
    limits: str = ""  # what they do not do yet, in words
