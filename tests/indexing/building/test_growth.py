"""Whatever changes and however often: the index stays as large as what it holds."""

from pathlib import Path

import pytest

from tests.indexing.workshop import Workshop


def _bytes(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.faults("S16")
def test_twenty_runs_over_changing_content_take_the_room_of_three_generations(empty_workshop: Workshop) -> None:
    sizes = []
    for run in range(20):
        for file in range(20):
            version = run if file % 2 else 0
            sentences = [f"Sentence {i} of file {file}, version {version}, tells {i * 7}." for i in range(100)]
            empty_workshop.write(f"{file}.txt", "\n\n".join(sentences))
        assert empty_workshop.run(chunk_size=150, chunk_overlap=0).published
        newest = empty_workshop.index_dir / "generations" / (empty_workshop.generation or "")
        sizes.append((_bytes(newest), _bytes(newest.parent), _bytes(empty_workshop.index_dir)))
    one, generations, everything = sizes[-1]
    print(f"one generation {one:,} bytes, all {generations:,}, with the cache {everything:,}")  # noqa: T201
    assert one <= 1.1 * sizes[0][0]
    assert generations <= 3 * one
    # What was paid for is kept longer: at most 3 embeddings for each chunk, and a thousand.
    chunks = sum(map(len, empty_workshop.chunks().values()))
    assert everything - generations <= (3 * chunks + 1_000) * 512 * 4 * 1.3
