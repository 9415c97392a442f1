"""Numbers, dates and units by language: 80 answers and what of them the cited passage does not say."""

import pytest

from server.answering.citations import check_citations
from server.passages import Passage

LEASE = (
    "The deposit is 3,420 euros and the rent 1,140 euros a month, due by 1 April 2025. Notice: 90 days. The flat has "
    "68 square metres; the fee is 2.5%. "
    "Office hours are 9 a.m. to 3:30 p.m. The cellar measures 250 cm. VAT is included."
)
SATZUNG = (
    "Der Beitrag beträgt 1.234,50 Euro und steigt zum 01.07.2026 um 12,5 %. Der Verein hat 1.800 Mitglieder und "
    "1,2 Mio. Euro Vermögen. Die Frist beträgt sechs Wochen, die Sitzung beginnt um 19:30 Uhr. Preise zzgl. MwSt."
)
RULES = (
    "图书馆藏书二十三万册，押金为三百元，逾期费每天0.5元。"
    "借期为30天，上午九点开门，2024年5月1日起施行。会员占百分之八十。"
)
SHEET = (
    "The kit weighs 1.5 kg and holds 750 ml. Charging takes 90 minutes at 230 V. Sales were $1.2 million in 2023, up "
    "from $950,000. It was tested with 32,768 tokens and a learning rate "
    "of 0.0003. Twenty-five units per pallet."
)
PASSAGES = [
    Passage(str(number), f"{number}.md", (1,), text, 0.9)
    for number, text in enumerate((LEASE, SATZUNG, RULES, SHEET), 1)
]

SUPPORTED = [
    "The deposit is 3,420 euros [1].",
    "The deposit is €3,420 [1].",
    "Die Kaution beträgt 3.420 Euro [1].",
    "Die Kaution beträgt 3.420,00 € [1].",
    "La caution est de 3 420 euros [1].",
    "La caution est de 3\u202f420 € [1].",
    "押金为3420欧元[1]。",
    "押金为三千四百二十欧元[1]。",
    "It is due by 01.04.2025 [1].",
    "It is due by April 1, 2025 [1].",
    "It is due by April 1st [1].",
    "It is due by 2025-04-01 [1].",
    "Fällig am 1. April 2025 [1].",
    "Exigible le 1er avril 2025 [1].",
    "Vence el 1 de abril de 2025 [1].",
    "2025年4月1日前支付[1]。",
    "Notice is about three months, 90 days [1].",
    "Die Frist beträgt 90 Tage [1].",
    "It has 68 m² [1].",
    "Die Wohnung hat 68 Quadratmeter [1].",
    "The fee is 2.5 percent [1].",
    "Die Gebühr beträgt 2,5 % [1].",
    "手续费为百分之二点五[1]。",
    "The office closes at 15:30 [1].",
    "办公室下午3点半关门[1]。",
    "Geschlossen wird um 15.30 Uhr [1].",
    "The cellar measures 2.5 m [1].",
    "inkl. MwSt. [1]",
    "The contribution is 1,234.50 euros [2].",
    "The contribution is EUR 1,234.50 [2].",
    "It rises on 1 July 2026 [2].",
    "It rises by 12.5% [2].",
    "It rises on July 1 by 12.5 percent [2].",
    "There are 1,800 members [2].",
    "The assets are 1.2 million euros [2].",
    "The assets are €1,200,000 [2].",
    "资产为120万欧元[2]。",
    "The period is 6 weeks, or 42 days [2].",
    "The meeting begins at 7:30 p.m. [2].",
    "The prices exclude VAT [2].",
    "The library has 230,000 books [3].",
    "The deposit is 300 yuan [3].",
    "The fee is 0.5 yuan a day [3].",
    "Die Leihfrist beträgt 30 Tage [3].",
    "It opens at 9 a.m. [3].",
    "The rules apply from 1 May 2024 [3].",
    "80% are members [3].",
    "The kit weighs 1,500 g [4].",
    "Der Bausatz wiegt 1,5 kg [4].",
    "It holds 0.75 litres [4].",
    "Charging takes 1.5 hours [4].",
    "Sales were 1,200,000 dollars [4].",
    "销售额为120万美元[4]。",
    "It was tested with 32768 tokens [4].",
    "The rate is $0.0003$ [4].",
    "There are 25 units [4].",
    "With $n = 32{,}768$ tokens and $x_{12}$ [4].",
    "Then $\\frac{1}{20} \\cdot 10^{15}$ follows [4].",
]
UNSUPPORTED = [
    ("The deposit is 4,500 euros [1].", "4,500"),
    ("The deposit is 3,420 dollars [1].", "3,420 dollars"),
    ("The deposit is $3,420 [1].", "$3,420"),
    ("Die Kaution beträgt 3.420 Franken [1].", "3.420 Franken"),
    ("押金为3420元[1]。", "3420元"),
    ("押金为3420美元[1]。", "3420美元"),
    ("Notice is 90 weeks [1].", "90 weeks"),
    ("Die Frist beträgt 90 Stunden [1].", "90 Stunden"),
    ("It has 68 square feet [1].", "68 square feet"),
    ("It is due by 04.01.2026 [1].", "04.01.2026"),
    ("It is due by 2 April 2025 [1].", "2 April 2025"),
    ("2025年5月1日前支付[1]。", "2025年5月1日"),
    ("The office closes at 4:30 p.m. [1].", "4:30 p.m."),
    ("The fee is 3.5% [1].", "3.5%"),
    ("The contribution is 1,234.50 pounds [2].", "1,234.50 pounds"),
    ("The assets are 1.3 million euros [2].", "1.3 million"),
    ("The period is 6 months [2].", "6 months"),
    ("The deposit is 300 euros [3].", "300 euros"),
    ("The kit weighs 1.5 pounds [4].", "1.5 pounds"),
    ("It holds 750 g [4].", "750 g"),
    ("Charging takes 90 seconds [4].", "90 seconds"),
    ("Sales were 1.2 million yuan [4].", "1.2 million yuan"),
    ("The rate is $0.003$ [4].", "0.003"),
]


def test_there_are_eighty_of_them() -> None:
    assert len(set(SUPPORTED)) + len(dict(UNSUPPORTED)) >= 80


@pytest.mark.parametrize("answer", SUPPORTED)
def test_the_passage_says_so(answer: str) -> None:
    assert check_citations(answer, PASSAGES).checks.unsupported == ()


@pytest.mark.parametrize(("answer", "doubted"), UNSUPPORTED)
def test_the_passage_says_another_number_or_unit(answer: str, doubted: str) -> None:
    assert check_citations(answer, PASSAGES).checks.unsupported == (doubted,)
