"""An answer is flagged when what it rests on is gone, and for nothing else: a hundred edits over forty answers."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from server.documents.cited_sentence import sentence_ranges
from server.documents.ground import CitedPassage, Loss, lost_ground, supporting_sentences
from storage.generations.published import current_name, open_generation

ANSWERS, EDITS = 40, 100
Pages = dict[str, list[str]]


@pytest.fixture(scope="module")
def pages(index_dir: Path) -> Iterator[Pages]:
    """What was read of the documents of the house."""
    name = current_name(index_dir)
    assert name is not None
    generation = open_generation(index_dir, name)
    paths = [record.path for record in generation.catalogue.documents() if record.pages]
    yield {path: [page.text for page in generation.catalogue.pages(path)] for path in paths}
    generation.close()


@dataclass(frozen=True)
class Answer:
    cited: CitedPassage
    page: int
    sentence: str


def answers(pages: Pages, dice: random.Random) -> list[Answer]:
    """Sentences that stand once in their document and hold a number, each cited from the text around it."""
    found = []
    for path, texts in pages.items():
        whole = "\n".join(texts)
        for number, text in enumerate(texts):
            for start, end in sentence_ranges(text):
                sentence = text[start:end]
                if len(sentence) > 40 and re.search(r"\d", sentence) and whole.count(sentence) == 1:
                    around = text[max(0, start - 300) : end + 300]
                    found.append(Answer(CitedPassage(path, around, f"{sentence} [1]"), number, sentence))
    return dice.sample(found, ANSWERS)


def touched(before: Pages, after: Pages, answer: Answer) -> bool:
    """Whether what it rests on is gone, told by the text alone."""
    if answer.cited.document not in after:
        return True
    now = re.sub(r"\s+", "", "".join(after[answer.cited.document]))
    return any(re.sub(r"\s+", "", each) not in now for each in supporting_sentences(answer.cited))


def edited(pages: Pages, kind: str, answer: Answer, dice: random.Random) -> Pages:
    """The documents after one edit near that answer."""
    path, number = answer.cited.document, answer.page
    after = {name: list(texts) for name, texts in pages.items()}
    text = after[path][number]
    match kind:
        case "number changed":
            digit = re.search(r"\d", answer.sentence)
            assert digit is not None
            other = answer.sentence[: digit.start()] + str((int(digit[0]) + 1) % 10) + answer.sentence[digit.end() :]
            after[path][number] = text.replace(answer.sentence, other)
        case "page removed":
            del after[path][number]
        case "file deleted":
            del after[path]
        case "sentence moved":
            after[path][number] = text.replace(answer.sentence, "")
            after[path].append(answer.sentence)
        case "lines broken anew":
            after[path][number] = re.sub(r"[ \n]+", lambda _: dice.choice([" ", "\n"]), text)
        case "heading moved":
            after[path] = [re.sub(r"(?m)^#+ .*\n", "", each) for each in after[path]] + ["## Further matters"]
        case "text added":
            after[path].insert(0, "This page was added and says nothing of it.")
        case "another document changed":
            other_path = dice.choice([name for name in after if name != path])
            after[other_path] = ["Everything is new here."]
    return after


KINDS = [
    "number changed",
    "page removed",
    "file deleted",
    "sentence moved",
    "lines broken anew",
    "heading moved",
    "text added",
    "another document changed",
]


def test_a_hundred_edits_flag_the_answers_that_lost_their_ground_and_no_others(pages: Pages) -> None:
    dice = random.Random(11)
    kept = answers(pages, dice)
    flagged = 0
    for edit in range(EDITS):
        after = edited(pages, KINDS[edit % len(KINDS)], dice.choice(kept), dice)
        for answer in kept:
            losses = lost_ground([answer.cited], after.get)
            assert bool(losses) == touched(pages, after, answer), (KINDS[edit % len(KINDS)], answer)
            flagged += bool(losses)
    assert flagged > EDITS / 4


def test_the_edits_near_an_answer_are_seen_as_what_they_are(pages: Pages) -> None:
    dice = random.Random(12)
    for answer in answers(pages, dice):
        for kind in ("number changed", "file deleted"):
            assert lost_ground([answer.cited], edited(pages, kind, answer, dice).get), kind
        for kind in ("sentence moved", "lines broken anew", "text added", "another document changed"):
            if len(list(supporting_sentences(answer.cited))) == 1:
                after = edited(pages, kind, answer, dice)
                if kind == "another document changed" and answer.cited.document not in after:
                    continue
                assert lost_ground([answer.cited], after.get) == [], kind


def test_every_number_of_the_statement_counts() -> None:
    passage = "The fee is 60 euros. It is due on 31 March. Dogs are welcome."
    cited = CitedPassage("a.md", passage, "The fee of 60 euros is due on 31 March [1].")
    assert lost_ground([cited], lambda _: [passage]) == []
    later = passage.replace("31 March", "30 April")
    assert lost_ground([cited], lambda _: [later]) == [Loss("a.md", "sentence_gone", "It is due on 31 March.")]
    assert lost_ground([cited], lambda _: [passage.replace("Dogs", "Cats")]) == []


def test_an_answer_in_another_language_rests_on_the_whole_passage() -> None:
    cited = CitedPassage("a.md", "Der Eintritt ist frei.", "入场免费 [1]。")
    assert lost_ground([cited], lambda _: ["# Bad\n\nDer *Eintritt* ist frei."]) == []
    assert lost_ground([cited], lambda _: ["Der Eintritt kostet zwei Euro."])
