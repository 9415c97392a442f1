"""Kinds of text files: data, code, LaTeX, Org, AsciiDoc, subtitles."""

import json
from pathlib import Path

import pytest

from indexing.documents import ParsedDocument, ParseFailure, ReadLimits
from indexing.readers import read_document
from storage.formats import SUFFIXES
from tests.indexing.samples import saved


def read(path: Path, content: str) -> ParsedDocument:
    return read_document(saved(path, content), ReadLimits())


def text(path: Path, content: str) -> str:
    return read(path, content).pages[0].text


class TestJson:
    def test_is_an_outline_of_names_and_values_as_written(self, tmp_path: Path) -> None:
        data = '{"station":{"name":"North","depth":4.20,"open":true,"note":null},"tags":["ice","fog"],"empty":{}}'
        document = read(tmp_path / "a.json", data)
        assert document.pages[0].text == "station\n  name: North\n  depth: 4.20\n  open: true\ntags: ice, fog"
        assert [heading.text for heading in document.headings] == ["station"]

    def test_records_are_lines(self, tmp_path: Path) -> None:
        data = json.dumps({"buoys": [{"id": 44, "battery": "12.4 V"}, {"id": 45, "battery": "11.9 V"}]})
        assert text(tmp_path / "a.json", data) == "buoys\n  id: 44; battery: 12.4 V\n  id: 45; battery: 11.9 V"

    def test_long_records_are_outlines(self, tmp_path: Path) -> None:
        data = json.dumps([{"name": "North", "words": "ice " * 200, "at": {"port": "Bergen"}}])
        document = read(tmp_path / "a.json", data)
        assert document.pages[0].text.startswith("1\n  name: North\n  words: ice ice")
        assert document.pages[0].text.endswith("at\n    port: Bergen")
        assert document.headings == ()

    def test_json_lines_are_records_too(self, tmp_path: Path) -> None:
        lines = '{"id": 1, "at": {"port": "Bergen"}}\n\n{"id": 2, "kinds": ["a", "b"]}\nbroken {\n'
        expected = "id: 1; at.port: Bergen\nid: 2; kinds: a, b\nbroken {"
        assert text(tmp_path / "a.jsonl", lines) == expected
        assert text(tmp_path / "a.json", lines) == expected

    def test_what_is_no_json_stays_as_it_is(self, tmp_path: Path) -> None:
        data = '{\n  // the port\n  "port": 80,\n}'
        assert text(tmp_path / "a.json", data) == data

    def test_deep_nesting_ends(self, tmp_path: Path) -> None:
        assert text(tmp_path / "a.json", "[" * 100_000 + "]" * 100_000)

    def test_many_records_have_pages(self, tmp_path: Path) -> None:
        lines = "\n".join(json.dumps({"id": number, "words": "ice and fog " * 5}) for number in range(200))
        document = read(tmp_path / "a.jsonl", lines)
        assert document.pages[0].label is not None
        assert document.pages[0].label.startswith("rows 1–")


@pytest.mark.parametrize("suffix", [*SUFFIXES["data"], *SUFFIXES["code"]])
def test_lines_stay_as_they_are(tmp_path: Path, suffix: str) -> None:
    content = "first line:\n\n    if a < b {  # why\n\tkept\n    }"
    document = read(tmp_path / f"file{suffix}", f"{content}\n")
    assert document.pages[0].text == content
    assert document.title is None


def test_a_log_is_cited_by_its_lines(tmp_path: Path) -> None:
    lines = "".join(
        f"2024-06-03 10:{number % 60:02} \x1b[31mpump 7\x1b[0m at {number}.1 bar\n" for number in range(900)
    )
    document = read(tmp_path / "pump.log", lines)
    assert document.pages[1].label is not None
    first = int(document.pages[1].label.removeprefix("lines ").split("–")[0])
    assert document.pages[1].text.startswith(f"2024-06-03 10:{(first - 1) % 60:02} pump 7 at {first - 1}.1 bar")


class TestLatex:
    SOURCE = r"""
\documentclass{article} % a comment
\usepackage{x}
\title{The Quay of \emph{Bergen}}\author{P\aa l \O stby}
\begin{document}
\maketitle
\section{Depth}\label{s}
The water is 4\,m deep\footnote{At low tide.}, see \cite{dahl} and $a < b_1$ % no
at 50\% and 10\textsuperscript{5} --- caf\'e, na\"{\i}ve.
\begin{itemize}\item Ice \item[B] Fog\end{itemize}
% \section{Old}
\begin{tabular}{l|cc}
\hline
Quay & \multicolumn{2}{c}{Hours} \\ \hline
\multirow{2}{*}{North} & 8 & 17 \\
 & 9 & 12 \\
\end{tabular}
\subsection*{Fees}
It costs \sout{30} \textbf{45} crowns. \href{https://example.org}{More}.
\begin{verbatim}
% kept \emph{x}
\end{verbatim}
\begin{equation}E = mc^2\end{equation}
\input{other}
\end{document}
Never seen.
"""

    def test_is_what_a_page_says(self, tmp_path: Path) -> None:
        document = read(tmp_path / "a.tex", self.SOURCE)
        page = document.pages[0]
        assert document.title == "The Quay of Bergen"
        assert [(each.level, each.text) for each in document.headings] == [
            (1, "The Quay of Bergen"),
            (2, "Depth"),
            (3, "Fees"),
        ]
        for words in (
            "Pål Østby",
            "The water is 4 m deep [At low tide.], see [dahl] and $a < b_1$ at 50% and 10^5 — café, naïve.",
            "- Ice",
            "- B: Fog",
            "Quay | Hours | Hours\nNorth | 8 | 17\nNorth | 9 | 12",
            "It costs 45 crowns. More (https://example.org).",
            "% kept \\emph{x}",
            "\\begin{equation}E = mc^2\\end{equation}",
        ):
            assert words in page.text
        assert "Old" not in page.text
        assert "Never" not in page.text
        assert page.remarks == (
            "struck out and left out: “30”",
            "another file that belongs here was not read: other",
        )

    def test_a_part_without_a_preamble_is_read(self, tmp_path: Path) -> None:
        assert text(tmp_path / "a.tex", "\\chapter{Ice}\n\nIt is {\\bf cold}.") == "Ice\n\nIt is cold."


def test_org(tmp_path: Path) -> None:
    content = (
        "#+TITLE: Night mooring\n#+AUTHOR: Signe\n#+STARTUP: overview\n# a comment\n* TODO Lights :safety:\n"
        ":PROPERTIES:\n:Owner: Per\n:END:\nShow [[https://example.org][two lights]] at +30+ 45 m, C++ and 1+2+3.\n"
        "| a | b |\n|---+---|\n| 1 | 2 |\n#+BEGIN_SRC sh\n# run\nmoor +now+\n#+END_SRC\n** Fees\nFive.\n"
        "#+BEGIN_COMMENT\nhidden\n#+END_COMMENT\n"
    )
    document = read(tmp_path / "a.org", content)
    assert document.title == "Night mooring"
    assert document.pages[0].text == (
        "author: Signe\n\nTODO Lights :safety:\nOwner: Per\n"
        "Show two lights (https://example.org) at +30+ 45 m, C++ and 1+2+3.\n"
        "| a | b |\n| 1 | 2 |\n# run\nmoor +now+\nFees\nFive."
    )
    assert [(each.level, each.text) for each in document.headings] == [(1, "TODO Lights :safety:"), (2, "Fees")]


def test_struck_words_of_org(tmp_path: Path) -> None:
    page = read(tmp_path / "a.org", "The +old+ new rule.").pages[0]
    assert (page.text, page.remarks) == ("The new rule.", ("struck out and left out: “old”",))


def test_asciidoc(tmp_path: Path) -> None:
    content = (
        "= Night mooring\n:author: Signe\n:port: Bergen\n:toc:\n\n// a comment\n== Lights in {port}\n\n[NOTE]\n====\n"
        'Two link:https://example.org[lights]footnote:[White ones.].\n====\n\n.Hours\n[cols="1,1"]\n'
        "|===\n|Day |Hours\n\n"
        "|Monday\n|8–17\n2+|closed\n|===\n\n----\nrun <<it>>\n----\n\nSee <<fees,the fees>>, [line-through]#30# 45. "
        "image:x.png[The quay]\n\n////\nhidden\n////\ninclude::more.adoc[]\n"
    )
    document = read(tmp_path / "a.adoc", content)
    page = document.pages[0]
    assert document.title == "Night mooring"
    assert page.text == (
        "Night mooring\nauthor: Signe\n\nLights in Bergen\n\nNote:\nTwo lights (https://example.org) [White ones.].\n\n"
        "Hours\n\nDay | Hours\nMonday | 8–17\nclosed | closed\n\nrun <<it>>\n\nSee the fees, 45. The quay"
    )
    assert page.remarks == (
        "struck out and left out: “30”",
        "another file that belongs here was not read: more.adoc",
    )


class TestSubtitles:
    def test_srt(self, tmp_path: Path) -> None:
        content = (
            "1\r\n00:00:01,500 --> 00:00:04,000\r\n<i>The quay</i>\r\nis closed.\r\n\r\n"
            "2\r\n01:02:03,000 --> 01:02:05,000 X1:5\r\n{\\an8}42\r\n\r\n"
        )
        assert text(tmp_path / "a.srt", content) == "[00:00:01] The quay is closed.\n[01:02:03] 42"

    def test_vtt(self, tmp_path: Path) -> None:
        content = (
            "WEBVTT - Tour\n\nSTYLE\n::cue { color: red }\n\nNOTE nobody reads this\n\n"
            "intro\n00:01.000 --> 00:04.000 align:start\n"
            "<v Signe Dahl>Mind the <c.loud>gap</c> &amp; step.\n\n00:05.000 --> 00:06.000\nMind the gap & step.\n"
        )
        assert text(tmp_path / "a.vtt", content).startswith("[00:00:01] Signe Dahl: Mind the gap & step.")

    def test_long_ones_have_pages_by_time(self, tmp_path: Path) -> None:
        cues = "\n".join(
            f"{n}\n00:{n:02}:00,000 --> 00:{n:02}:09,000\nWords number {n} {'and more ' * 20}\n" for n in range(60)
        )
        document = read(tmp_path / "a.srt", cues)
        assert len(document.pages) > 1
        assert document.pages[0].label == "00:00:00–00:19:00"
        assert document.pages[1].text.startswith("[00:20:00] Words number 20")

    def test_without_times_there_are_none(self, tmp_path: Path) -> None:
        with pytest.raises(ParseFailure, match="empty"):
            read(tmp_path / "a.srt", "Only words.")
