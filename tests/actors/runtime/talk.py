"""Messages and a body for the tests of the runtime."""

from attrs import define, field, frozen

from ocppsim.actors.runtime import Actor, Ask, Exit, Policy, Question, State, System, Tier

ONCE_MORE = Policy()


@frozen
class Note:
    """Written down."""

    text: str


@frozen
class Level(State):
    """A present value, one for each name."""

    value: int
    name: str = ""

    @property
    def topic(self) -> object:
        return (Level, self.name)


@frozen
class Boom:
    """A bug."""

    text: str = "boom"


@frozen
class Leave:
    """The life ends with this."""

    exit: Exit


@frozen
class Echo(Ask[str]):
    """Answered at once."""

    text: str


@frozen
class Hold(Ask[str]):
    """Taken, and kept for a later answer."""


Talk = Note | Level | Boom | Leave


@define
class Recorder:
    """A body that does as it is told and writes down the rest; shared by all lives, to be looked at."""

    births: int = 0
    notes: list[object] = field(factory=list)
    held: list[Question[str]] = field(factory=list)

    async def __call__(self, me: Actor[Talk]) -> Exit | None:
        self.births += 1
        async for message in me:
            match message:
                case Boom(text):
                    raise ValueError(text)
                case Leave(end):
                    return end
                case Question(Echo(text)):
                    message.answer(text)
                case Question(Hold()):
                    self.held.append(message)
                case _:
                    self.notes.append(message)
        return None


def link(system: System, body: Recorder, policy: Policy = ONCE_MORE, size: int = 64) -> Actor[Talk]:
    """An actor that everybody may ask."""
    return Actor(system, "link", Tier.LINK, body, policy, size=size)
