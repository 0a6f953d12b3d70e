"""How a station divides its power among its connectors: equally by demand, as water fills vessels."""

from collections.abc import Mapping

_ROUNDING = 1 + 1e-12


def share(total_w: float, demands: Mapping[int, float], minimum_w: float = 0.0) -> dict[int, float]:
    """The power each connector may take, by connector number.

    None gets more than it wants, and what it leaves is spread equally over the rest. A share below
    `minimum_w` is of no use, so a connector that wants any power is granted that at least; when there is too
    little for all, the lowest numbers get the minimum and the others nothing.
    """
    available_w = max(total_w, 0.0)
    wanted = {number: max(demands[number], minimum_w) for number in sorted(demands) if demands[number] > 0}
    shares = dict.fromkeys(sorted(demands), 0.0)
    if len(wanted) * minimum_w > available_w * _ROUNDING:
        served = int(available_w * _ROUNDING / minimum_w)
        return shares | dict.fromkeys(list(wanted)[:served], minimum_w)
    return shares | _fill(available_w, wanted)


def grants(total_w: float, demands: Mapping[int, float], minimum_w: float = 0.0) -> dict[int, float]:
    """What each connector that wants power may take: all there is while that suffices, else its share."""
    wanted = {number: demand_w for number, demand_w in demands.items() if demand_w > 0}
    if sum(wanted.values()) <= total_w:
        return dict.fromkeys(wanted, total_w)
    return share(total_w, wanted, minimum_w)


def _fill(total_w: float, wanted: Mapping[int, float]) -> dict[int, float]:
    """Fill the smallest vessel first; from the first that cannot be filled on, all get the same."""
    shares: dict[int, float] = {}
    left_w = total_w
    for number, want_w in sorted(wanted.items(), key=lambda item: item[1]):
        shares[number] = min(want_w, left_w / (len(wanted) - len(shares)))
        left_w -= shares[number]
    return shares
