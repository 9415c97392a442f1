"""What a question asks for and a sentence has not: a name, a number, a time, a reason. Pure.

The words of a sentence may be just the question's and it still answers nothing: that charcoal is forbidden, where it is
asked why. Each kind is judged in a module of its own; here it is put together what of them holds for one sentence.
"""

from dataclasses import dataclass
from functools import lru_cache

from server.evidence.answer_types import expected_answer, holds_answer
from server.evidence.asked_agents import lacks_agent, lacks_contact
from server.evidence.asked_attributes import lacks_attribute
from server.evidence.asked_figures import asks_times, lacks_count, lacks_form, lacks_number, lacks_price
from server.evidence.asked_names import asks_for_a_name, holds_a_name, says_only_a_name
from server.evidence.asked_things import lacks_joined_thing
from server.evidence.asked_times import lacks_time
from server.evidence.sentences import Sentence


@dataclass(frozen=True, slots=True)
class Lacks:
    """What a sentence lacks that the question asks for.

    `answer`: whatever it holds, it is no answer: it has no name where one is asked for, or is nothing but one, or lacks
    the form of the answer. `count`: no number counts what is to be counted; `number`: none stands there at all.
    `agent`: by whom something is done. `reason`: which may stand beside it as well.
    """

    answer: bool = False
    count: bool = False
    number: bool = False
    agent: bool = False
    time: bool = False
    reason: bool = False


def lacks_of(question: str, sentence: Sentence, whole: str, around: str, context: str) -> Lacks:
    """What of it holds for a sentence.

    `whole`: the sentence; of a row with what it stands under. `around`: what stands beside it; `context`: its headings.
    """
    return Lacks(
        answer=_lacks_answer(question, sentence, whole, context),
        count=(asks_times(question) or not sentence.is_row) and lacks_count(question, whole),
        number=lacks_number(question, whole),
        agent=lacks_agent(question, whole, context),
        time=lacks_time(question, whole),
        reason=lacks_reason(question, sentence.text, around),
    )


def lacks_reason(question: str, text: str, around: str = "") -> bool:
    """Whether a reason is asked for, and neither the text nor what stands beside it gives one.

    Of 39 sentences that answer such questions 30 give one themselves, 33 they or the one behind.
    """
    if not _asks_why(question):
        return False
    return not (holds_answer(question, "reason", text) or holds_answer(question, "reason", around))


@lru_cache(maxsize=256)
def _asks_why(question: str) -> bool:
    return expected_answer(question) == "reason"


def _lacks_answer(question: str, sentence: Sentence, whole: str, context: str) -> bool:
    if asks_for_a_name(question):
        return not holds_a_name(f"{question} {context}", sentence.text)
    if sentence.is_row:  # its columns' names may hold what it lacks
        return lacks_price(question, whole) or lacks_attribute(question, whole)
    text = sentence.text
    return (
        says_only_a_name(question, text)
        or lacks_form(question, text)
        or lacks_contact(question, text)
        or lacks_attribute(question, text)
        or lacks_joined_thing(question, f"{context}\n{text}")
    )
