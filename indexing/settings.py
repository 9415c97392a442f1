"""Settings of the indexing job: which folder, how text is cut, what one file may cost."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from storage.messages import message
from storage.processor_cores import available_cores
from storage.settings import PagewiseSettings

LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]


class IndexingSettings(PagewiseSettings):
    """What the job can be told."""

    documents_dir: Path = Field(
        default=Path("documents"),
        validation_alias="DOCUMENTS_DIR",
        description="The folder whose documents are indexed. `make index DOCUMENTS=dir` says it for one run.",
    )
    chunk_size: int = Field(
        default=1000,
        ge=100,
        le=20_000,
        validation_alias="CHUNK_SIZE",
        description="Length of a chunk in characters. Changing it needs `make reindex`.",
    )
    chunk_overlap: int = Field(
        default=50,
        ge=0,
        validation_alias="CHUNK_OVERLAP",
        description="How many characters of a chunk the next one repeats, at most half of CHUNK_SIZE. "
        "Changing it needs `make reindex`.",
    )
    parse_timeout_seconds: float = Field(
        default=30.0,
        gt=0,
        le=3600,
        validation_alias="PARSE_TIMEOUT_SECONDS",
        description="How many processor seconds reading one page of a file (a sheet, a mail) may take. A page "
        "beyond is named in the report, and the others are read.",
    )
    parse_memory_mb: int = Field(
        default=1024,
        ge=256,
        validation_alias="PARSE_MEMORY_MB",
        description="How many megabytes of memory reading one file may take.",
    )
    parse_max_text_mb: int = Field(
        default=20,
        ge=1,
        le=1000,
        validation_alias="PARSE_MAX_TEXT_MB",
        description="How many megabytes of text one file may give.",
    )
    parse_workers: int = Field(
        default=0,
        ge=0,
        le=64,
        validation_alias="PARSE_WORKERS",
        description="How many files are read at a time. 0: one for each processor core, at most 8.",
    )
    index_niceness: Annotated[int, Field(ge=0, le=19)] | Literal["auto"] = Field(
        default="auto",
        validation_alias="INDEX_NICENESS",
        description="How much the job gives way to other work on this machine, from 0 to 19 (as `nice` has it). "
        "`auto`: 10 while a server answers from the index, so that answers come first; else 0.",
    )
    embed_batch_size: int = Field(
        default=64,
        ge=1,
        le=1024,
        validation_alias="EMBED_BATCH_SIZE",
        description="How many passages are embedded, and then kept safe, at a time; 128 at least by the packaged one.",
    )
    ocr: Literal["auto", "off"] = Field(
        default="auto",
        validation_alias="OCR",
        description="`auto`: pages without a usable text layer are read by optical character recognition. "
        "`off`: they are only reported.",
    )
    eval_after_index: bool = Field(
        default=False,
        validation_alias="EVAL_AFTER_INDEX",
        description="`1`: whenever a run has published an index, the questions that were accepted (`make questions`) "
        "are asked of it, and its report tells how they were answered.",
    )
    log_level: LogLevel = Field(
        default="INFO",
        validation_alias="LOG_LEVEL",
        description="How much is logged. Questions, documents' text and keys never are.",
    )

    @model_validator(mode="after")
    def _overlap_is_smaller_than_a_chunk(self) -> Self:
        if self.chunk_overlap > self.chunk_size // 2:
            raise ValueError(
                message(
                    "CHUNK_OVERLAP={overlap} is more than half of CHUNK_SIZE={size}; make it smaller",
                    overlap=self.chunk_overlap,
                    size=self.chunk_size,
                )
            )
        return self

    @property
    def workers(self) -> int:
        """How many files are read at a time; PARSE_WORKERS=0 means one for each processor core, at most 8."""
        return self.parse_workers or min(8, available_cores())
