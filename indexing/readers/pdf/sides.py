"""What the lines of one side of a page are: prose, figures, an address. Pure functions over rows."""

import itertools
import re
import statistics
from collections.abc import Sequence

from indexing.readers.pdf.lines import Row

_FIGURE = re.compile(r"[-–—(+]?[$€£¥]?\(?\d[\d.,:/]*[)%]*$|[-–—$€£¥%]$")
_WORD_WIDTH = 2.5  # sizes of a usual word with its space
WIDEST_PITCH = 1.9  # sizes from line to line; a form's lines are further apart
_PARTY = re.compile(
    r"(?:bill|ship|sold|invoice|deliver|remit)(?:ed|ped)?(?:ing)? (?:to|from|address)\b"
    r"|(?:the )?(?:seller|buyer|purchaser|vendor|supplier|customer|client|sender|recipient|consignor|consignee)\b"
    r"|(?:the )?(?:landlord|tenant|lessor|lessee|employer|employee|shipper|from|to)\b"
    r"|(?:verkäufer|käufer|lieferant|kunde|absender|empfänger|rechnungsadresse|lieferadresse|vermieter|mieter)\b"
    r"|(?:vendeur|acheteur|fournisseur|expéditeur|destinataire|bailleur|locataire)\b"
    r"|[甲乙]方|[买買卖賣]方|出租方|承租方|供应商|客户|收货人|发货人",
    re.IGNORECASE,
)


def is_prose(rows: Sequence[Row]) -> bool:
    """Lines of several words that fill their column, with few gaps and few figures."""
    lines = [row for row in rows if row.words]
    if len(lines) < 3:
        return False
    width = max(row.x1 for row in lines) - min(row.x0 for row in lines)
    words = statistics.median((row.x1 - row.x0) / max(row.size, 1.0) for row in lines) / _WORD_WIDTH
    full = sum(row.x1 - row.x0 > 0.8 * width for row in lines) / len(lines)
    gappy = sum(len(row.segments(1.5)) > 1 for row in lines) / len(lines)
    figures = sum(_FIGURE.match(word.text) is not None for row in lines for word in row.words)
    count = sum(len(row.words) for row in lines)
    return words >= 3.5 and full >= 0.4 and gappy <= 0.2 and figures <= 0.25 * count and pitch(lines) < WIDEST_PITCH


def is_figures(rows: Sequence[Row]) -> bool:
    """Whether most of a side's rows hold figures and little else."""
    lines = [row for row in rows if row.words]
    figures = sum(
        sum(_FIGURE.match(word.text) is not None for word in row.words) * 2 >= len(row.words) for row in lines
    )
    return figures * 2 > len(lines)


def pitch(rows: Sequence[Row]) -> float:
    """From line to line, in sizes."""
    steps = [
        (other.base - one.base) / max(one.size, 1.0)
        for one, other in itertools.pairwise(rows)
        if one.words and other.words
    ]
    return statistics.median(steps) if steps else 0.0


def are_parties(left: Sequence[Row], right: Sequence[Row]) -> bool:
    """Addresses side by side, each under its party's name: "Seller:", "Buyer:"; else a table's columns."""
    if not 3 <= max(len(left), len(right)) <= 12 or any(row.table for row in (*left, *right)):
        return False
    heads = [" ".join(word.text for word in side[0].words) for side in (left, right)]
    later = [row.words[-1].text for side in (left, right) for row in side[1:]]
    has_marks = all(head.endswith((":", "：")) for head in heads) and not any(t.endswith((":", "：")) for t in later)
    return (has_marks or all(_PARTY.match(head) for head in heads)) and not is_figures(left) and not is_figures(right)
