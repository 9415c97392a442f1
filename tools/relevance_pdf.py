"""Source of documents/how-relevance-is-measured.pdf; `make sample-documents` writes it, always with the same bytes."""

from tools.formulas import Box, Formula
from tools.paper import MARGIN, Paper

FILE_NAME = "how-relevance-is-measured.pdf"
_TITLE = "How relevance is measured"


def relevance_pdf() -> bytes:
    """The document: four pages, text and formulas."""
    paper = _Paper()
    for page in (_cosine, _lexical, _fusion, _quality):
        paper.add_page()
        page(paper)
    return bytes(paper.output())


class _Paper(Paper):
    """Paper with formulas."""

    def __init__(self) -> None:
        super().__init__(_TITLE, pages=4)
        self.formula = Formula(self)

    def display(self, box: Box, number: int) -> None:
        """A formula on its own line, centred, with its number at the right."""
        baseline = self.get_y() + box.above + 1.5
        box.draw((self.w - box.width) / 2, baseline)
        self.set_font("times", "", 11.5)
        label = f"({number})"
        self.text(self.w - MARGIN - self.get_string_width(label), baseline, label)
        self.set_y(baseline + box.below + 4.0)


def _cosine(paper: _Paper) -> None:
    f = paper.formula
    paper.title_line()
    paper.prose(
        """A search engine has to decide which passages of a collection have to do with a question, and how much.
        This note describes the two kinds of evidence that Pagewise uses, how they are put together, how a passage is
        judged on a scale from 0 to 10, and how one finds out whether all of this works."""
    )
    paper.heading("1  Two kinds of evidence")
    paper.prose(
        """Dense evidence compares meanings. An embedding model turns the question and every passage into vectors, and
        passages with a similar meaning lie close together even if they share no word with the question. It understands
        synonyms, but it is vague about names, numbers and part codes, and it is only as good as the model's knowledge
        of the language."""
    )
    paper.prose(
        """Lexical evidence compares words. A passage that contains the rare words of the question is a good candidate.
        It is exact about names and numbers and works in any language, but it does not know that a car is an
        automobile. The two kinds of evidence fail in different places, which is why using both is better than either
        alone."""
    )
    paper.heading("2  Cosine similarity")
    paper.prose(
        """The dense score of a passage is the cosine of the angle between its vector d and the vector q of the
        question: the scalar product divided by the product of both lengths."""
    )
    dot = f.row(f.variable("q"), f.upright(" "), f.symbol("dot"), f.upright(" "), f.variable("d"))
    lengths = f.upright("|q| |d|")
    sums = f.row(f.total("i = 1", "n"), f.lower(f.variable("q"), "i"), f.lower(f.variable("d"), "i"))
    roots = f.row(
        f.symbol("root"), f.upright("("), f.total("i"), f.raised(f.lower(f.variable("q"), "i"), "2"), f.upright(") "),
        f.symbol("root"), f.upright("("), f.total("i"), f.raised(f.lower(f.variable("d"), "i"), "2"), f.upright(")"),
    )  # fmt: skip
    paper.display(
        f.row(f.upright("cos(q, d)  =  "), f.fraction(dot, lengths), f.upright("  =  "), f.fraction(sums, roots)), 1
    )
    paper.prose(
        """The value is 1 for vectors that point the same way, 0 for vectors at a right angle and -1 for opposite ones.
        Pagewise stores vectors of unit length, so that the denominator is 1 and the cosine is simply the scalar
        product."""
    )
    paper.prose(
        """Example. Let q = (1, 2, 2) and d = (2, 1, 2). The scalar product is 2 + 2 + 4 = 8, both lengths are 3, and
        the cosine is 8 / 9 = 0.889."""
    )


def _lexical(paper: _Paper) -> None:
    f = paper.formula
    paper.heading("3  BM25")
    paper.prose(
        """The lexical score is BM25, a formula that grew out of the Okapi experiments in London in the 1990s. It adds
        up, over the words t of the question, how rare the word is in the collection and how often it occurs in the
        passage, with diminishing returns."""
    )
    k1, b = f.lower(f.variable("k"), "1"), f.variable("b")
    count = f.upright("f(t, d)")
    top = f.row(count, f.upright(" ("), k1, f.upright(" + 1)"))
    length = f.fraction(f.upright("|d|"), f.lower(f.variable("L"), "mean"))
    bottom = f.row(count, f.upright(" + "), k1, f.upright(" (1 "), f.symbol("minus"), f.upright(" "), b,
                   f.upright(" + "), b, f.upright(" "), length, f.upright(" )"))  # fmt: skip
    paper.display(
        f.row(f.upright("bm25(q, d)  =  "), f.total("t in q"), f.upright(" idf(t) "), f.fraction(top, bottom)), 2
    )
    paper.prose(
        """Here f(t, d) is the number of times the word t occurs in passage d, |d| is the number of words of the
        passage, and L mean is the mean length of all passages. The constant k1 = 1.2 sets how quickly repetition stops
        to count, and b = 0.75 sets how strongly long passages are held back. These are the values used in the full
        text index of SQLite, and Pagewise leaves them alone."""
    )
    paper.prose("The rarity of a word is its inverse document frequency:")
    n = f.lower(f.variable("n"), "t")
    paper.display(
        f.row(
            f.upright("idf(t)  =  ln "),
            f.fraction(
                f.row(f.variable("N"), f.upright(" "), f.symbol("minus"), f.upright(" "), n, f.upright(" + 0.5")),
                f.row(n, f.upright(" + 0.5")),
            ),
        ),
        3,
    )
    paper.prose(
        """N is the number of passages, and n with the index t that of the passages with the word. Example. In a
        collection of 1,000 passages a word that occurs in 9 of them has idf = ln(991.5 / 9.5) = 4.65; a word that
        occurs in 400 of them has idf = ln(600.5 / 400.5) = 0.41. The rare word is worth eleven times as much."""
    )
    paper.heading("3.1  Words of Chinese")
    paper.prose(
        """Chinese is written without spaces. Pagewise cuts a run of Chinese characters into overlapping pairs, so
        that a run of four characters becomes three pairs. Pairs are short enough to be found anywhere and long enough
        to be rare, and no dictionary is needed. A single character that stands alone is kept as it is."""
    )
    paper.heading("3.2  What BM25 cannot say")
    paper.prose(
        """A BM25 score has no upper end and means nothing on its own: 7.3 may be excellent for one question and poor
        for the next. Only the ratio to the best score of the same question can be compared."""
    )


def _fusion(paper: _Paper) -> None:
    f = paper.formula
    paper.heading("4  The convex combination")
    paper.prose(
        """Both scores of a passage are put together as a weighted mean of absolute values. The weight a lies between
        0 and 1; with a = 1 only meaning counts, with a = 0 only words."""
    )
    a = f.variable("a")
    paper.display(
        f.row(
            f.upright("score(q, d)  =  "),
            a,
            f.upright(" cos(q, d)  +  (1 "),
            f.symbol("minus"),
            f.upright(" "),
            a,
            f.upright(") "),
            f.fraction(f.upright("bm25(q, d)"), f.upright("max bm25(q, d')")),
        ),
        4,
    )
    paper.prose(
        """Example. With a = 0.6, a cosine of 0.50 and a BM25 score of 6 where the best is 8, the score is
        0.6 x 0.50 + 0.4 x 0.75 = 0.60."""
    )
    paper.heading("4.1  Why not reciprocal rank fusion")
    paper.prose(
        """The usual alternative throws the scores away and keeps the ranks. Every list gives a passage one over the
        constant 60 plus its rank, and the sums are compared:"""
    )
    rank = f.row(f.upright("60 + "), f.lower(f.upright("rank"), "i"), f.upright("(d)"))
    paper.display(f.row(f.upright("rrf(d)  =  "), f.total("i"), f.upright(" "), f.fraction(f.upright("1"), rank)), 5)
    paper.prose(
        """Rank fusion trusts both lists equally, however bad one of them is. When the embedding model does not know
        the language of the documents, its list is noise, and half of the result is noise. In the measurement behind
        this choice, on Chinese paragraphs with an English model, rank fusion fell to an nDCG@10 of 0.545, while the
        convex combination stayed at 0.970, the value of BM25 alone. On English paragraphs the convex combination
        reached 0.905 against 0.864 for rank fusion."""
    )
    paper.heading("5  Judging a passage")
    paper.prose(
        """Being the best of a bad lot is not enough. Every retrieved passage therefore gets a whole number from 0 to
        10 that says how well it answers the question, independent of the other passages."""
    )
    paper.lines(
        [
            ("Score", "Meaning"),
            ("0", "The passage has nothing to do with the question."),
            ("1 to 3", "It is about the same topic but answers nothing."),
            ("4 to 6", "It answers a part of the question."),
            ("7 or 8", "It answers most of the question."),
            ("9 or 10", "It answers the question directly and completely."),
        ],
        (26.0, 130.0),
    )
    paper.prose(
        """Passages below the threshold are dropped and the rest is put in order, best first. If nothing is left,
        there is no answer: the reader is told that the documents do not contain the information. A passage that could
        not be judged is shown as unscored; it is never treated as irrelevant."""
    )


def _quality(paper: _Paper) -> None:
    f = paper.formula
    paper.heading("6  Measuring the measure")
    paper.prose(
        """Whether a search works is found out with questions whose right pages are known, called the gold pages.
        Three figures are common."""
    )
    paper.prose(
        """Hit@k is the share of questions with at least one gold page among the first k results. It says how often a
        reader finds something at all."""
    )
    paper.prose(
        """The mean reciprocal rank, MRR, is the mean over all questions of one divided by the rank of the first gold
        page. A search that always puts the right page second has an MRR of 0.5."""
    )
    paper.prose(
        """The normalised discounted cumulative gain, nDCG, rewards every good page, and more so the earlier it
        comes. Each result i has a gain g, and the gain is divided by the logarithm of the place:"""
    )
    gain = f.lower(f.variable("g"), "i")
    log = f.row(f.lower(f.upright("log"), "2"), f.upright("(i + 1)"))
    paper.display(f.row(f.upright("DCG@k  =  "), f.total("i = 1", "k"), f.upright(" "), f.fraction(gain, log)), 6)
    paper.prose("The sum is then divided by the sum of the best possible order, so that 1 is perfect:")
    paper.display(f.row(f.upright("nDCG@k  =  "), f.fraction(f.upright("DCG@k"), f.upright("ideal DCG@k"))), 7)
    paper.prose(
        """Example. Three results have the gains 3, 0 and 2. Then DCG@3 = 3 / 1 + 0 / 1.585 + 2 / 2 = 4.00. The best
        order would be 3, 2, 0 with 3 / 1 + 2 / 1.585 = 4.26, and nDCG@3 = 4.00 / 4.26 = 0.94."""
    )
    paper.heading("7  How sure one can be")
    paper.prose(
        """With 40 questions, one question more or less is 2.5 points. A difference between two searches means
        something only if it is larger than this noise. The bootstrap measures the noise: draw as many questions as
        there are, with repetition, compute the figure, do so 1,000 times, and look at the middle 95 percent of the
        values. If the intervals of two searches overlap widely, call it a draw."""
    )
    paper.heading("8  Refusals")
    paper.prose(
        """A good search also knows when there is nothing to find. Two figures describe it. Refusal recall is the
        share of unanswerable questions that were refused. Refusal precision is the share of refusals that were right.
        Refusing everything gives a perfect recall and a useless search, so both have to be read together."""
    )
