"""`make sample-documents`: writes the files of documents/ that have a source."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from tools import ferry_timetable, hire_agreement, relevance_pdf

FOLDER = Path("documents")
SOURCES: Mapping[str, Callable[[], bytes]] = {
    relevance_pdf.FILE_NAME: relevance_pdf.relevance_pdf,
    ferry_timetable.FILE_NAME: ferry_timetable.ferry_timetable,
    hire_agreement.FILE_NAME: hire_agreement.hire_agreement,
}

if __name__ == "__main__":
    for name, made in SOURCES.items():
        (FOLDER / name).write_bytes(made())
        sys.stdout.write(f"{FOLDER / name} written\n")
