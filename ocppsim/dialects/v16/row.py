"""Where the rows of 1.6 find what all dialects share."""

from ocppsim.dialects.row import ACCEPTED_OR_NOT, Row, words

__all__ = ["ACCEPTED_OR_NOT", "Row", "words"]
