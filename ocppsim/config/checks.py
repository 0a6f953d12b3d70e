"""What can be wrong with a template beyond its single keys."""

from collections.abc import Mapping
from typing import Any

from ocppsim.config.problems import Spot
from ocppsim.config.template import StationTemplate
from ocppsim.config.vocabulary import Vocabulary


def addresses(urls: tuple[str, ...], spot: Spot, vocabulary: Vocabulary) -> None:
    for number, url in enumerate(urls):
        if (words := vocabulary.address_problem(url)) is not None:
            spot.at(number).wrong(words)


def headers(headers: Mapping[str, str], spot: Spot, vocabulary: Vocabulary) -> None:
    for name, value in headers.items():
        if (words := vocabulary.header_problem(name, value)) is not None:
            spot.wrong(words)


def names(found: StationTemplate, spot: Spot, vocabulary: Vocabulary) -> None:
    """Names that mean nothing are noticed; a message without which nothing works cannot be denied."""
    support = found.commands_support
    for names, known, where in (
        (support.incoming_commands, vocabulary.requests, ("commandsSupport", "incomingCommands")),
        (support.outgoing_commands, vocabulary.messages, ("commandsSupport", "outgoingCommands")),
        (found.message_trigger_support, vocabulary.triggers, ("messageTriggerSupport",)),
    ):
        for name in names:
            if name not in known:
                spot.at(*where, name).note(f"is nothing that OCPP {vocabulary.version} has here")
    if found.out_of_order_end_meter_values and found.ocpp_strict_compliance:
        spot.at("outOfOrderEndMeterValues").note("has no effect while ocppStrictCompliance is true")
    for name, allowed in support.outgoing_commands.items():
        if not allowed and name in vocabulary.needed:
            spot.at("commandsSupport", "outgoingCommands", name).wrong(
                "cannot be false: nothing works without it"
            )


def connector_0(content: Mapping[str, Any], spot: Spot) -> None:
    """It is the station, which has no outlet: of its keys one alone means something."""
    evses = content.get("Evses")
    path = ("Evses", "0", "Connectors", "0") if isinstance(evses, Mapping) else ("Connectors", "0")
    table: Any = content
    for name in path:
        table = table.get(name) if isinstance(table, Mapping) else None
    for name, value in table.items() if isinstance(table, Mapping) else ():
        if name == "bootStatus" and value not in ("Available", "Unavailable"):
            spot.at(*path, name).note(f"{value} is no status of the station as a whole")
        elif name != "bootStatus":
            spot.at(*path, str(name)).note("means nothing for connector 0, which is the station")
