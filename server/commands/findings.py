"""What `make doctor` finds out, one line each."""

from dataclasses import dataclass

SKIPPED = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: well (True), wrong (False) or not checked (None), what was found, and what to do."""

    subject: str
    is_well: bool | None
    found: str
    mend: str = ""
