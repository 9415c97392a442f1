"""English words whose forms share no stem: keep and kept, child and children. Pure.

A form that is a common word of its own is left out ("left", "saw", "lay", "bore"), and so is what never stands in a
question for something to find ("be", "have", "do"). Data alone, apart from the rules in `terms`.
"""

from collections.abc import Mapping

_GROUPS = """
arise arose arisen / awake awoke awoken / become became / begin began begun / bind bound / bite bit bitten / blow blew
blown / break broke broken / bring brought / build built / burn burnt / buy bought / catch caught / choose chose chosen
/ cling clung / come came / creep crept / deal dealt / dig dug / draw drew drawn / dream dreamt / drink drank drunk /
drive drove driven / eat ate eaten / fall fell fallen / feed fed / feel felt / fight fought / find found / flee fled /
fly flew flown / forbid forbade forbidden / forget forgot forgotten / forgive forgave forgiven / freeze froze frozen /
get got gotten / go went gone / grow grew grown / hang hung / hear heard / hide hid hidden / hold held / keep kept /
kneel knelt / know knew known / lead led / lean leant / learn learnt / leap leapt / lend lent / light lit / lose lost /
make made / mean meant / meet met / overcome overcame / pay paid / prove proven / ride rode ridden / ring rang rung /
rise rose risen / run ran / say said / seek sought / sell sold / send sent / shake shook shaken / shine shone / shoot
shot / shrink shrank shrunk / sing sang sung / sink sank sunk / sit sat / sleep slept / slide slid / speak spoke spoken
/ spell spelt / spend spent / spin spun / spoil spoilt / spring sprang sprung / stand stood / steal stole stolen / stick
stuck / strike struck / strive strove striven / swear swore sworn / sweep swept / swim swam swum / swing swung / take
took taken / teach taught / tear tore torn / think thought / throw threw thrown / understand understood / undertake
undertook undertaken / wake woke woken / wear wore worn / weave wove woven / weep wept / win won / withdraw withdrew
withdrawn / withhold withheld / withstand withstood / write wrote written / analysis analyses / appendix appendices /
axis axes / child children / crisis crises / criterion criteria / foot feet / half halves / hypothesis hypotheses /
index indices / knife knives / leaf leaves / life lives / loaf loaves / man men / matrix matrices / mouse mice / person
people / phenomenon phenomena / shelf shelves / synthesis syntheses / thesis theses / thief thieves / calf calves / elf
elves / dwarf dwarves / hoof hooves / scarf scarves / self selves / sheaf sheaves / staff staves / turf turves / wharf
wharves / handkerchief handkerchieves / tooth teeth / vertex vertices / wife wives / wolf wolves / woman women
"""


def other_forms(word: str) -> tuple[str, ...]:
    """The other forms of a lower-case word that its stem does not find; mostly none."""
    return _OTHER_FORMS.get(word, ())


def _by_form() -> Mapping[str, tuple[str, ...]]:
    groups = [group.split() for group in _GROUPS.split("/")]
    return {form: tuple(other for other in group if other != form) for group in groups for form in group}


_OTHER_FORMS = _by_form()
