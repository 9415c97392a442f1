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


BESIDE_ONE_PASSAGE = [
    ("The fee is 1,250 euros [1].", "Die Gebühr beträgt 1.250 Euro.", False),
    ("Es sind 1.250,50 € [1].", "It is 1,250.50 euros.", False),
    ("The rate is 12.5 % [1].", "Der Satz ist 12,5 Prozent.", False),
    ("It cost half a million euros [1].", "It cost 500,000 euros.", False),
    ("It cost 2.5 million euros [1].", "It cost 2,500,000 euros.", False),
    ("Es kostete 3 Mio. Euro [1].", "It cost 3,000,000 euros.", False),
    ("It began on 5 March 2024 [1].", "Beginn: 05.03.2024.", False),
    ("It began on 5 March 2024 [1].", "Beginn: 06.03.2024.", True),
    ("It opens at 3 pm [1].", "Geöffnet ab 15:00 Uhr.", False),
    ("It opens at 3 pm [1].", "It opens at 16:00.", True),
    ("It costs 30 dollars [1].", "It costs 30 euros.", True),
    ("It weighs 30 kg [1].", "It weighs 30 lb.", True),
    ("It is 2 km away [1].", "It is 2000 m away.", False),
    ("It lasts 90 minutes [1].", "It lasts 1.5 hours.", False),
    ("It takes ten days [1].", "It takes 10 days.", False),
    ("It takes fourteen days [1].", "It takes two weeks.", False),
    ("It takes 15 days [1].", "It takes fourteen days.", True),
    ("增长了百分之十二[1]。", "It grew by 12%.", False),
    ("费用为三千五百元[1]。", "The fee is 3,500 yuan.", False),
    ("费用为3.5万元[1]。", "The fee is 35,000 yuan.", False),
    ("始于2024年3月5日[1]。", "It began on March 5, 2024.", False),
    ("成立于二〇二四年[1]。", "Founded in 2024.", False),
    ("下午三点半开门[1]。", "It opens at 15:30.", False),
    ("It costs $1,299.99 [1].", "Price: 1299.99 USD.", False),
    ("It costs £20 [1].", "It costs €20.", True),
    ("The result is $E = 42$ [1].", "E = 42 was found.", False),
    ("The result is $E = 43$ [1].", "E = 42 was found.", True),
    ("It is about 15.6 % [1].", "It is 15.58 %.", False),
    ("It is 15.7 % [1].", "It is 15.58 %.", True),
    ("Keep it between 10 and 20 degrees [1].", "Keep at 10–20 °C.", False),
    ("Keep it at 10–25 °C [1].", "Keep at 10–20 °C.", True),
    ("Section 7.2 says so [1].", "7.2 Fees. So it is.", False),
    ("It includes 19 % MwSt. [1].", "It includes VAT of 19 percent.", False),
    ("It includes 7 % MwSt. [1].", "It includes VAT of 19 percent.", True),
    ("Es kostet 1'250 CHF [1].", "It costs 1250 CHF.", False),
    ("Ça coûte 1 250 € [1].", "It costs 1250 euros.", False),
    ("It takes 250 MB [1].", "It takes 250 GB.", True),
    ("It takes 48 hours [1].", "It takes 2 days.", False),
    ("It takes 1.5 years [1].", "It takes 18 months.", False),
    ("It was on the 3rd of May [1].", "It was on 3 May 2023.", False),
    ("It was on 04/05/2024 [1].", "It was on 4 May 2024.", False),
    ("It was in 1999 [1].", "It was in 1999.", False),
    ("It was in 1998 [1].", "It was in 1999.", True),
    ("Es dauert drei Monate [1].", "It takes 3 months.", False),
    ("Es dauert 1,5 Stunden [1].", "It takes 90 min.", False),
    ("Es sind 0,5 l [1].", "It is 500 ml.", False),
    ("Es dauert 6 Wochen [1].", "It takes 6 months.", True),
    ("有效期为一年[1]。", "Valid for 1 year.", False),
    ("It has 5 000 000 users [1].", "It has 5 million users.", False),
    ("价格为¥300[1]。", "价格：300元。", False),
    ("It is ¥300 [1].", "It is 300 yen.", False),
    ("It rose by 3 percentage points [1].", "It rose by 3 points.", False),
    ("It costs 20k dollars [1].", "It costs 20,000 dollars.", False),
    ("It has 1.2 billion parameters [1].", "It has 1.2B parameters.", False),
    ("It has 1.3 billion parameters [1].", "It has 1.2B parameters.", True),
    ("Call 555-0199 [1].", "Phone: 555-0199.", False),
    ("Call 555-0198 [1].", "Phone: 555-0199.", True),
    ("It runs at 60 mph [1].", "It runs at 60 km/h.", True),
    ("The password has 12 characters [1].", "Passwords: at least 12 characters.", False),
    ("It opens at 9.30 Uhr [1].", "It opens at 9:30 am.", False),
    ("Es öffnet um halb zehn [1].", "It opens at 9:30 am.", False),
    ("The ratio is 3:1 [1].", "The ratio is 3:1.", False),
    ("Il coûte 1,2 million d'euros [1].", "It costs 1,200,000 euros.", False),
    ("Cuesta 2.000 euros [1].", "It costs 2,000 euros.", False),
    ("O preço é R$ 50 [1].", "The price is 50 reais.", False),
    ("The term ends on 31 December [1].", "Ende: 31.12.2025.", False),
    ("The term ends on 30 December [1].", "Ende: 31.12.2025.", True),
]
"""An answer, its passage, and whether a figure is doubted."""


@pytest.mark.parametrize(("answer", "source", "is_doubted"), BESIDE_ONE_PASSAGE)
def test_figures_are_held_against_the_passage_in_any_language(answer: str, source: str, is_doubted: bool) -> None:
    checks = check_citations(answer, [Passage("1", "1.md", (1,), source, 0.9)]).checks
    assert bool(checks.unsupported) is is_doubted, checks
