"""Markdown: what is markup, and what only looks like it."""

from pathlib import Path

import pytest

from indexing.documents import ParsedDocument, ReadLimits
from indexing.parsing.parse_all import parse_all
from indexing.readers import read_document
from tests.indexing.samples import PROSE, saved


def read(folder: Path, text: str, name: str = "page.md") -> ParsedDocument:
    return read_document(saved(folder / name, text), ReadLimits())


def shown(folder: Path, text: str, name: str = "page.md") -> str:
    return read(folder, text, name).pages[0].text


@pytest.mark.parametrize(
    "text",
    [
        "Run `tool --key <key> --host <host-name>` first.",
        "It returns `Map<String, List<Boat>>` or a List<Boat>.",
        "Type <your-name> and <PORT>; see <https://example.org/x>.",
        "A `` `<b>` `` in code, and Vec<u> in prose.",
        "    export function dock(name) {\n    import boat from 'boats';\n    <b>kept</b>",
        "export the list as CSV\nimport it again from 'here'",
        "import boat from 'boats';\nexport const x = 1;",
        "Math: $a<b$, $$x<y>z$$ and 3 <4.",
    ],
)
def test_what_only_looks_like_markup_stays(tmp_path: Path, text: str) -> None:
    assert shown(tmp_path, text) == text


def test_elements_of_html_are_no_text(tmp_path: Path) -> None:
    text = (
        '<p align="center"><img src="x.png" alt="The quay"></p>\n\n'
        "Press <kbd>F1</kbd><br>or <b>wait</b>. 10<sup>3</sup>"
        " &lt;ok&gt; <details><summary>More</summary>Words</details>"
    )
    assert shown(tmp_path, text) == "The quay\n\nPress F1\nor wait. 10^3 <ok> More Words"


def test_html_tables_are_rows(tmp_path: Path) -> None:
    text = (
        "Before\n\n<table>\n<tr><th>Part</th><th>Stock</th></tr>\n<tr><td rowspan=2>Bolt</td><td>7</td></tr>\n"
        "<tr><td>9</td></tr></table>\n\nAfter"
    )
    assert shown(tmp_path, text) == "Before\n\nPart | Stock\nBolt | 7\nBolt | 9\n\nAfter"


def test_a_break_in_a_row_keeps_the_row(tmp_path: Path) -> None:
    assert shown(tmp_path, "| a | b |\n|---|---|\n| 1<br>2 | 3 |") == "| a | b |\n|---|---|\n| 1 2 | 3 |"


def test_struck_text_is_left_out_and_said(tmp_path: Path) -> None:
    page = read(tmp_path, "The fee is ~~30~~ 45, <del>net</del> gross. `a ~~b~~`").pages[0]
    assert "30" not in page.text
    assert "net" not in page.text
    assert "`a ~~b~~`" in page.text
    assert page.remarks == ("struck out and left out: “30”", "struck out and left out: “net”")


def test_a_remark_stands_with_its_section(tmp_path: Path) -> None:
    document = read(tmp_path, f"# One\n\n{PROSE * 20}\n\n# Two\n\n~~old~~ {PROSE * 20}\n")
    assert [len(page.remarks) for page in document.pages] == [0, 1]


@pytest.mark.parametrize("mark", ["---", "+++"])
def test_front_matter_is_facts_of_the_document(tmp_path: Path, mark: str) -> None:
    sign = ":" if mark == "---" else " ="
    facts = f'title{sign} "Night"\nauthor{sign} "Signe"\n# a comment\nstatus{sign} replaced by rule 88'
    text = f"{mark}\n{facts}\n{mark}\n\nShips.\n"
    document = read(tmp_path, text)
    assert document.title == "Night"
    assert document.pages[0].text == f"author{sign} Signe\nstatus{sign} replaced by rule 88\n\nShips."


def test_modules_and_components_are_markup_in_mdx_alone(tmp_path: Path) -> None:
    text = (
        "import A from './a'\nexport const meta = {\n  a: 1,\n}\n\n# Use\n\n{/* no */}<Tabs id={a}><Tab label='Linux'>"
        "Run it.</Tab></Tabs>\n"
    )
    assert shown(tmp_path, text, "page.mdx") == "# Use\n\nLinux\nRun it."
    assert "<Tabs id={a}>" in shown(tmp_path, text)
    assert "export const meta" in shown(tmp_path, text)


def test_thousands_of_openers_that_nothing_closes_cost_no_more_than_their_length(tmp_path: Path) -> None:
    openers = ("<!-- x ", "<del>a ", "<table ", "<table>a ", "{/* x ", "![", "![](<", "<script>a ", "a <br> ")
    files = [
        saved(tmp_path / f"page{number}.md", opener * (150_000 // len(opener))) for number, opener in enumerate(openers)
    ]
    outcomes = parse_all(files, ReadLimits(cpu_seconds=8), 1)  # looked through to the end for each, it takes longer
    assert {outcome.path.name: outcome.failure for outcome in outcomes} == dict.fromkeys(file.name for file in files)


def test_what_is_not_closed_is_text_and_what_is_closed_before_it_is_markup(tmp_path: Path) -> None:
    text = "A<!-- hidden -->B <del>gone</del> <!-- open <del>open `a` <script>s"
    assert shown(tmp_path, text) == "AB <!-- open <del>open `a` <script>s"


def test_an_empty_struck_element_is_nothing(tmp_path: Path) -> None:
    assert shown(tmp_path, "Berth <del></del>4") == "Berth 4"


def test_code_ends_with_as_many_ticks_and_not_beyond_an_empty_line(tmp_path: Path) -> None:
    assert shown(tmp_path, "`` a ` <b> `` and ` <b>x</b>\n\n` <b>y</b>") == "`` a ` <b> `` and ` x\n\n` y"
