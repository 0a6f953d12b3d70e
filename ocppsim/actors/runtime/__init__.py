"""Actors on Trio: mailboxes, lives and the rules between them. Knows nothing of OCPP."""

from ocppsim.actors.runtime.actor import Actor, Tier
from ocppsim.actors.runtime.condition import Condition, Statistics
from ocppsim.actors.runtime.lives import Crash, Exit, GaveUp, Policy, Restart, Stop, When, cause
from ocppsim.actors.runtime.mailbox import State
from ocppsim.actors.runtime.question import (
    Ask,
    AskUphill,
    NoAnswer,
    Overloaded,
    Question,
    Resting,
    TooLate,
    Unanswered,
)
from ocppsim.actors.runtime.rounds import Rounds
from ocppsim.actors.runtime.system import LifeEnded, System, open_system
from ocppsim.actors.runtime.timers import Timer, Timers

__all__ = [
    "Actor",
    "Ask",
    "AskUphill",
    "Condition",
    "Crash",
    "Exit",
    "GaveUp",
    "LifeEnded",
    "NoAnswer",
    "Overloaded",
    "Policy",
    "Question",
    "Restart",
    "Resting",
    "Rounds",
    "State",
    "Statistics",
    "Stop",
    "System",
    "Tier",
    "Timer",
    "Timers",
    "TooLate",
    "Unanswered",
    "When",
    "cause",
    "open_system",
]
