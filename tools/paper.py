"""The paper that the sample PDFs are written on: A4, one column, headings, prose and tables."""

from collections.abc import Sequence
from datetime import UTC, datetime

from fpdf import FPDF

MARGIN = 26.0
_LINE = 5.6


class Paper(FPDF):
    """A4, one column, Times; streams uncompressed, so that no compression library has a say in the bytes."""

    def __init__(self, title: str, pages: int) -> None:
        super().__init__(format="A4")
        self._pages = pages
        self._title = title
        self.set_compression(False)
        self.set_creation_date(datetime(2026, 11, 1, tzinfo=UTC))
        self.set_title(title)
        self.set_author("The Pagewise project")
        self.set_lang("en")
        self.set_margins(MARGIN, 24.0)
        self.set_auto_page_break(auto=False)

    def footer(self) -> None:
        """The title and the number of the page, below every page."""
        self.set_y(-16)
        self.set_font("times", "", 9)
        self.cell(0, 5, f"{self._title}  \xb7  page {self.page_no()} of {self._pages}", align="C")

    def title_line(self) -> None:
        """The document's title, at the top of its first page."""
        self.set_font("helvetica", "B", 20)
        self.cell(0, 12, self._title, new_x="LMARGIN", new_y="NEXT")

    def heading(self, text: str) -> None:
        """A heading, which is also an entry of the outline."""
        self.ln(3)
        self.set_font("helvetica", "B", 13)
        self.start_section(text)
        self.cell(0, 8, text, new_x="LMARGIN", new_y="NEXT")

    def prose(self, text: str) -> None:
        """A paragraph; white space of the source does not count."""
        self.set_font("times", "", 11.5)
        self.multi_cell(0, _LINE, " ".join(text.split()), new_x="LMARGIN", new_y="NEXT")
        self.ln(2)

    def lines(self, rows: Sequence[tuple[str, ...]], widths: tuple[float, ...]) -> None:
        """A plain table; its first row is the head. `widths` in mm."""
        self.ln(1)
        for number, row in enumerate(rows):
            self.set_font("times", "B" if number == 0 else "", 11)
            for width, text in zip(widths, row, strict=True):
                self.cell(width, 6.4, text, border="B")
            self.ln()
        self.ln(3)
