"""What people are told of a reload."""

from pathlib import Path

from ocppsim.cli.run_stage import Teller
from ocppsim.config.changes import Adjust, Change, Restart, Start, Stop
from ocppsim.reloading.words import done
from ocppsim.terminal.header import Header
from tests.config.test_changes import stations
from tests.tables import each

ONE, TWO = stations().values()
OTHERS = [next(iter(stations(name=name, baseName=name).values())) for name in ("other", "third")]


@each(
    ("found", "behind", "line"),
    [
        ([], [], "no station is affected"),
        ([Adjust(ONE)], [], "no station is affected"),
        ([Restart(ONE)], [], "1 station of test restarts"),
        ([Restart(ONE), Restart(TWO)], [], "2 stations of test restart"),
        ([Stop(ONE), Start(TWO)], [], "1 station of test stops; 1 station of test starts"),
        ([Adjust(ONE, ("tags",))], [], "1 station of test has new tags"),
        (
            [Adjust(ONE, ("tags", "a central system")), Adjust(TWO, ("tags",))],
            [],
            "2 stations of test have new tags; 1 station of test has another central system",
        ),
        ([Restart(ONE), Restart(OTHERS[0])], [], "2 stations of test and other restart"),
        ([Restart(one) for one in (ONE, *OTHERS)], [], "3 stations of 3 templates restart"),
        ([], ["seed"], "no station is affected; seed needs a new start"),
        ([Stop(ONE)], ["seed", "log.file"], "1 station of test stops; seed, log.file need a new start"),
    ],
)
def test_a_line_says_what_happens_to_which_stations(
    found: list[Change], behind: list[str], line: str
) -> None:
    assert done(found, behind) == f"reloaded: {line}"


async def test_plain_lines_have_their_time_and_are_all_there(autojump_clock: object) -> None:
    told: list[str] = []
    Teller(told.append, Header("ws://x", 1), Path("/files"), live=False)(["not reloaded: /files/a: x", "b"])
    assert told == ["00:00:00.000  not reloaded: /files/a: x", "00:00:00.000  b"]


async def test_a_table_has_room_for_one(autojump_clock: object) -> None:
    told: list[str] = []
    tell = Teller(told.append, Header("ws://x", 1), Path("/files"), live=True)
    tell(["not reloaded: /files/a.json: power: x", "not reloaded: b"])
    tell(["reloaded: no station is affected"])
    assert told == [
        "00:00:00  not reloaded (1 of 2, see the log): a.json: power: x",
        "00:00:00  reloaded: no station is affected",
    ]
