"""Feast days and their dates, spans of time in other units."""

import pytest

from server.evidence.other_words import is_said_otherwise


@pytest.mark.parametrize(
    ("question", "word", "text", "is_said"),
    [
        ("Can we go out at night?", "night", "Between sunset and sunrise nobody leaves the quay.", True),
        ("Darf man nachts baden?", "nachts", "Nach Sonnenuntergang ist das Baden verboten.", True),
        ("How much is a night?", "night", "The sauna closes at sunset.", False),
        ("Are you open at Christmas?", "Christmas", "Closed on 24 and 25 December.", True),
        ("Are you open at Christmas?", "Christmas", "Closed from December 25 on.", True),
        ("Are you open at Christmas?", "open", "Closed from December 25 on.", False),
        ("Are you open at Christmas?", "Christmas", "Closed on 24 November.", False),
        ("Are you open on Boxing Day?", "Boxing", "Closed on 25 and 26 December.", True),
        ("Are you open on New Year's Day?", "Year", "On 1 January the office is closed.", True),
        ("Are you open on New Year's Day?", "Year", "On 11 January the office is closed.", False),
        ("Habt ihr an Weihnachten offen?", "Weihnachten", "Vom 24. bis 26. Dezember geschlossen.", True),
        ("Habt ihr an Silvester offen?", "Silvester", "Am 31. Dezember bis 12 Uhr.", True),
        ("元旦开门吗？", "元旦", "1月1日休息。", True),
        ("元旦开门吗？", "元旦", "11月1日休息。", False),
        ("周末开门吗？", "周末", "每周六上午开放。", True),
        ("Is it open at the weekend?", "weekend", "Saturday: 10:00 to 16:00", True),
        ("What if I am an hour late?", "hour", "Whoever is 60 minutes late pays a fee.", True),
        ("What if I am an hour late?", "late", "Whoever is 60 minutes early waits.", False),
        ("Can I keep it for two weeks?", "weeks", "It is returned after 14 days.", True),
        ("Is a year enough?", "year", "It takes 12 months.", True),
    ],
)
def test_the_same_in_other_words(question: str, word: str, text: str, is_said: bool) -> None:
    assert is_said_otherwise(question, word, text) is is_said
