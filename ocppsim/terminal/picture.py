"""The table as a picture, for pages that show what it looks like."""

import re
from io import StringIO

from rich.console import Console, RenderableType

FONTS = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"


def as_svg(renderable: RenderableType, *, width: int, title: str = "ocppsim") -> str:
    """An SVG that loads nothing from anywhere: rich's own names a font on a server, ours those at hand."""
    console = Console(
        record=True,
        file=StringIO(),
        width=width,
        force_terminal=True,
        color_system="truecolor",
        no_color=False,
    )
    console.print(renderable)
    svg = console.export_svg(title=title, unique_id="ocppsim", font_aspect_ratio=0.602)
    without_faces = re.sub(r"@font-face\s*{.*?}\s*", "", svg, flags=re.DOTALL)
    at_hand = without_faces.replace("Fira Code, monospace", FONTS)
    return at_hand.replace("<svg ", '<svg xml:space="preserve" ', 1)
