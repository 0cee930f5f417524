"""Sources in every spelling of a path."""

from hypothesis import strategies as st

_folders = st.lists(
    st.sampled_from(("mnt", "var", "data", "my data", "größe", ".hidden", "a$b", "x*", "..")), min_size=1, max_size=3
)
_joints = st.sampled_from(("/", "/", "/", "//", "/./"))
_ends = st.sampled_from(("", "", "/", "//", "/.", "/./"))


@st.composite
def sources(draw: st.DrawFn) -> str:
    """Draw what stands behind `SRC=`: mostly an absolute path, now and then what people write in its place."""
    if draw(st.sampled_from((True, *(False,) * 9))):
        return draw(st.sampled_from(("", "/", ".", "data", "~/data", "file:///mnt/data", "//mnt/data", "C:\\data")))
    return "".join("/" + folder for folder in draw(_folders)).replace("/", draw(_joints)) + draw(_ends)
