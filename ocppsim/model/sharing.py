"""How a station divides its power among its connectors: equally by demand, as water fills vessels."""

from collections.abc import Mapping

_ROUNDING = 1 + 1e-12


def share(
    total_w: float, demands: Mapping[int, float], minimum_w: float | Mapping[int, float] = 0.0
) -> dict[int, float]:
    """The power each connector may take, by connector number.

    None gets more than it wants, and what it leaves is spread equally over the rest. A share below
    `minimum_w` (one for all, or one for each) is of no use, so a connector that wants any power is granted
    that at least; when there is too little for all, the lowest numbers share what there is and the others get
    nothing.
    """
    available_w = max(total_w, 0.0)
    wanting = [number for number in sorted(demands) if demands[number] > 0]
    least = {number: _least(minimum_w, number) for number in wanting}
    wanted = {number: max(demands[number], least[number]) for number in wanting}
    shares = dict.fromkeys(sorted(demands), 0.0)
    if sum(least.values()) > available_w * _ROUNDING:
        least = _served(available_w, least)
        wanted = {number: wanted[number] for number in least}
    return shares | _fill(available_w, wanted, least)


def grants(
    total_w: float, demands: Mapping[int, float], minimum_w: float | Mapping[int, float] = 0.0
) -> dict[int, float]:
    """What each connector that wants power may take: all there is while that suffices, else its share."""
    wanted = {number: demand_w for number, demand_w in demands.items() if demand_w > 0}
    if sum(wanted.values()) <= total_w:
        return dict.fromkeys(wanted, total_w)
    return share(total_w, wanted, minimum_w)


def _least(minimum_w: float | Mapping[int, float], number: int) -> float:
    return minimum_w if isinstance(minimum_w, float | int) else minimum_w[number]


def _served(available_w: float, least: Mapping[int, float]) -> dict[int, float]:
    """Those for whom the minimum is there, the lowest numbers first."""
    served: dict[int, float] = {}
    for number, least_w in least.items():
        if sum(served.values()) + least_w <= available_w * _ROUNDING:
            served[number] = least_w
    return served


def _fill(total_w: float, wanted: Mapping[int, float], least: Mapping[int, float]) -> dict[int, float]:
    """The same level for all, but for those who want less, and those for whom it would be too little."""
    raised: dict[int, float] = {}
    while True:
        others = {number: want_w for number, want_w in wanted.items() if number not in raised}
        shares = _level(total_w - sum(raised.values()), others)
        short = {n: least[n] for n, share_w in shares.items() if share_w * _ROUNDING < least[n]}
        if not short:
            return {n: max(share_w, least[n]) for n, share_w in shares.items()} | raised
        raised |= short


def _level(total_w: float, wanted: Mapping[int, float]) -> dict[int, float]:
    """Fill the smallest vessel first; from the first that cannot be filled on, all get the same."""
    shares: dict[int, float] = {}
    left_w = total_w
    for number, want_w in sorted(wanted.items(), key=lambda item: item[1]):
        shares[number] = min(want_w, left_w / (len(wanted) - len(shares)))
        left_w -= shares[number]
    return shares
