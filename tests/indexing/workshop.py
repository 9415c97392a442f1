"""A documents folder and its index, and someone who works with them: writes files, runs the job, looks."""

import shutil
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from fpdf import FPDF
from pypdf import PdfReader, PdfWriter

from indexing.building.build import LoadModel
from indexing.documents import ParseFailure
from indexing.job import run_job
from indexing.planning.survey import AS_USUAL, Options
from indexing.report import RunReport
from indexing.settings import IndexingSettings
from storage.catalogue.catalogue import Catalogue
from storage.embedding.local import build_embed_model
from storage.generations.published import current_name, open_catalogue, open_generation
from storage.records import ChunkRecord, DocumentRecord
from storage.settings import StorageSettings
from tests.indexing.hash_embedding import HashEmbedding
from tests.shared import has_moved, made_once

TEXTS = {
    "fruit.txt": "Apples ripen in autumn.\n\nPears are best in October.\n",
    "rivers.md": "# Rivers\n\nThe Danube flows into the Black Sea.\n\n# Lakes\n\nLake Constance is deep.\n",
    "sub/stars.txt": "The Sun is a star of spectral type G2.\n",
}


@dataclass
class RecordingProgress:
    """Remembers what the job told."""

    said: list[str] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)
    embedded_chunks: int = 0

    def say(self, sentence: str) -> None:
        self.said.append(sentence)

    def downloading(self, size: int, there: int) -> None:
        pass

    def downloaded(self, size: int) -> None:
        pass

    def reading(self, documents: int) -> None:
        pass

    def read(self, path: str, pages: int, chunks: int, failure: ParseFailure | None = None) -> None:
        if failure is not None:
            self.failures[path] = failure.category

    def reading_part(self, path: str, part: int, of: int) -> None:
        """Nothing of interest."""

    def embedding(self, chunks: int, characters: int) -> None:
        pass

    def embedded(self, chunks: int, characters: int) -> None:
        self.embedded_chunks += chunks

    def working(self, on: str) -> None:
        pass


@dataclass
class Workshop:
    """The folder `documents` and the index `index_dir`, no OCR. Vectors are hashes under the packaged model's name.

    Without `load_model`, they come from the model that the settings name.
    """

    documents: Path
    index_dir: Path
    progress: RecordingProgress = field(default_factory=RecordingProgress)
    load_model: LoadModel | None = HashEmbedding

    def write(self, path: str, content: str | bytes) -> Path:
        """Put a file into the folder."""
        file = self.documents / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def environment(self) -> dict[str, str]:
        """The settings, for a process of its own."""
        return {
            "DOCUMENTS_DIR": str(self.documents),
            "INDEX_DIR": str(self.index_dir),
            "EMBED_MODEL": "packaged",
            "OCR": "off",
            "PARSE_WORKERS": "1",
        }

    def run(self, options: Options = AS_USUAL, **settings: Any) -> RunReport:
        """Run the job in this process."""
        self.progress = self.progress.__class__()
        return self.run_with(self.progress, options, **settings)

    def run_with(self, progress: RecordingProgress, options: Options = AS_USUAL, **settings: Any) -> RunReport:
        """Run the job and tell `progress`. `settings` are of either settings class, by their Python names."""
        storage = {name: settings.pop(name) for name in list(settings) if name in StorageSettings.model_fields}
        return run_job(
            StorageSettings(**{"index_dir": self.index_dir, "embed_model": "packaged", **storage}),
            IndexingSettings(**{"documents_dir": self.documents, "ocr": "off", "parse_workers": 1, **settings}),
            progress,
            options,
            self.load_model,
        )

    @property
    def generation(self) -> str | None:
        """The name of the current generation."""
        return current_name(self.index_dir)

    def catalogue(self) -> Catalogue:
        """The current catalogue; close it."""
        return open_catalogue(self.index_dir, self.generation or "")

    def documents_known(self) -> dict[str, DocumentRecord]:
        """What the index knows, by path."""
        with self.catalogue() as catalogue:
            return {document.path: document for document in catalogue.documents()}

    def chunks(self) -> dict[str, list[ChunkRecord]]:
        """The chunks of every document that answers."""
        with self.catalogue() as catalogue:
            found: dict[str, list[ChunkRecord]] = {}
            for chunk in catalogue.iter_chunks():
                found.setdefault(chunk.document, []).append(chunk)
            return found

    def text_of(self, path: str) -> str:
        """What the index holds of a document, all chunks together."""
        return "\n".join(chunk.text for chunk in self.chunks().get(path, []))

    def vector_ids(self) -> list[str]:
        """The ids in the current collection."""
        generation = open_generation(self.index_dir)
        try:
            return sorted(generation.vectors.ids())
        finally:
            generation.close()

    def leftovers(self) -> list[str]:
        """What lies among the generations and is none."""
        return [d.name for d in (self.index_dir / "generations").iterdir() if not d.name.isdigit()]

    def copy_to(self, place: Path) -> "Workshop":
        """The same folder and index elsewhere; times of files stay as they are."""
        for folder in (self.documents, self.index_dir):
            shutil.copytree(folder, place / folder.name)
        copy = Workshop(place / self.documents.name, place / self.index_dir.name)
        has_moved(copy.index_dir, copy.documents)
        return copy


@pytest.fixture
def empty_workshop(tmp_path: Path) -> Workshop:
    """An empty folder without an index."""
    (tmp_path / "documents").mkdir()
    return Workshop(tmp_path / "documents", tmp_path / "index")


@pytest.fixture(scope="session")
def indexed_once(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """`TEXTS` and a PDF, indexed. Do not change it: `workshop` is a copy for each test."""
    place = made_once(tmp_path_factory, "workshop", _index_four_documents)
    return Workshop(place / "documents", place / "index", load_model=build_embed_model)


def _index_four_documents(place: Path) -> None:
    made = Workshop(place / "documents", place / "index", load_model=build_embed_model)
    for path, text in TEXTS.items():
        made.write(path, text)
    made.write("paper.pdf", pdf("Gravity bends light.", "Mercury moves around the Sun."))
    report = made.run()
    assert (report.published, report.exit_code, report.documents) == (True, 0, 4)


@pytest.fixture
def workshop(indexed_once: Workshop, tmp_path: Path) -> Workshop:
    """Four documents, indexed."""
    return indexed_once.copy_to(tmp_path)


def pdf(*pages: str) -> bytes:
    """A PDF with a line of text on each page; an empty string makes a page without text."""
    made = FPDF()
    made.set_font("Helvetica", size=12)
    for text in pages:
        made.add_page()
        if text:
            made.text(20, 20, text)  # `cell` would begin where the page before ended
    return bytes(made.output())


def encrypted_pdf() -> bytes:
    """A PDF that opens only with a password nobody knows."""
    writer = PdfWriter(PdfReader(BytesIO(pdf("Secret words."))))
    writer.encrypt("password", algorithm="AES-256")
    stream = BytesIO()
    writer.write(stream)
    return stream.getvalue()
