"""What a station remembers and its version of OCPP has no words for: it spoke another one before.

Sessions that a version cannot tell of are none; what a template or another version began of them ends here.
"""

from ocppsim.actors.context import StationContext
from ocppsim.actors.memory import Memory
from ocppsim.model.evolving import evolve


def forget_untold(context: StationContext) -> None:
    """Before a life of the station, so that nothing is begun or sent that nobody could understand."""
    memory, dialect, board = context.memory, context.dialect, context.board
    foreign = [entry for entry in memory.outbox.in_order() if not dialect.says(entry.action)]
    for entry in foreign:
        memory.give_up(entry)
    if foreign:
        board.tally.given_up += len(foreign)
        words = f"{len(foreign)} messages of another version of OCPP given up"
        context.tracer.note(words)
        board.note(words)
    if not dialect.has_sessions:
        _end_sessions(memory)


def _end_sessions(memory: Memory) -> None:
    """Those that an accepted tag is about to begin too."""
    for connector in list(memory.connectors.values()):
        if connector.session is not None or connector.tag is not None:
            memory.commit(evolve(connector, session=None, tag=None))
    for connector in memory.gone:
        memory.close_gone(connector)
    memory.forget_ended()
