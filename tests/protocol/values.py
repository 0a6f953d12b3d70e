"""Strategies for what may stand in a frame: any JSON value, any text, lone surrogates included."""

from hypothesis import strategies as st

from ocppsim.protocol.frames import Payload
from tests.effort import tries

FEW = tries(50)
"""Many properties share the time that there is; none of them is about speed."""

texts: st.SearchStrategy[str] = st.text(st.characters(exclude_categories=()), max_size=8)
"""Any code points, surrogates too."""

scalars: st.SearchStrategy[object] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([2**63, -(2**63) - 1, 2**64, 10**400]),
    st.floats(allow_nan=False, allow_infinity=False),
    texts,
)
json_values: st.SearchStrategy[object] = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
payloads: st.SearchStrategy[Payload] = st.dictionaries(texts, json_values, max_size=4)
