"""One self-contained HTML page: pictures inside, no script, no outside address."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field

from jinja2 import Environment, PackageLoader, select_autoescape


@dataclass(frozen=True)
class Picture:
    """A PNG, JPEG or GIF with what it shows."""

    image: bytes
    caption: str

    @property
    def source(self) -> str:
        """The image as a data URL."""
        kinds = {b"\x89PNG": "png", b"GIF8": "gif"}
        kind = kinds.get(self.image[:4], "jpeg")
        return f"data:image/{kind};base64,{base64.b64encode(self.image).decode()}"


@dataclass(frozen=True)
class Table:
    """Rows under headings; cells are shown as given."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Section:
    """A heading with, in this order, a paragraph, a table and pictures; each may be absent.

    Attributes:
        folded: whether the table is shown only to who asks for it.
    """

    title: str
    text: str = ""
    table: Table | None = None
    pictures: tuple[Picture, ...] = ()
    folded: bool = False


@dataclass(frozen=True)
class Page:
    """A report.

    Attributes:
        title: of the page.
        lead: one sentence under it.
        sections: in reading order.
    """

    title: str
    lead: str
    sections: tuple[Section, ...] = field(default=())


def render_page(page: Page) -> str:
    """Return the page as HTML."""
    templates = Environment(
        loader=PackageLoader("vln_pipeline.inspection", "templates"),
        autoescape=select_autoescape(default=True),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return templates.get_template("page.html").render(page=page)


def table_of(head: Sequence[str], rows: Sequence[Sequence[object]]) -> Table:
    """Return a table of any printable cells; floats are given three significant digits."""
    return Table(tuple(head), tuple(tuple(_cell(c) for c in row) for row in rows))


def _cell(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
