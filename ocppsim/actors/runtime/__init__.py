"""Actors on Trio: mailboxes, lives and the rules between them. Knows nothing of OCPP."""

from .actor import Actor, Condition, GaveUp, State, Statistics, Tier
from .lives import Crash, Exit, Policy, Restart, Stop, When, cause
from .question import Ask, AskUphill, NoAnswer, Question, Resting, TooLate, Unanswered
from .system import LifeEnded, System, open_system
from .timers import Timer

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
    "Policy",
    "Question",
    "Restart",
    "Resting",
    "State",
    "Statistics",
    "Stop",
    "System",
    "Tier",
    "Timer",
    "TooLate",
    "Unanswered",
    "When",
    "cause",
    "open_system",
]
