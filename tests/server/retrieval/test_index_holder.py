"""The server's hold on the index: picks up what is published, never mixes two generations, survives a damaged one."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from server.retrieval.index_holder import IndexHolder, IndexNotReady
from storage.embedding.models import PROBE_TEXT, ModelIdentity
from storage.generations.lock import index_lock
from storage.generations.published import candidates
from storage.generations.publishing import prune, publish
from tests.storage.conftest import build_draft, index_dir, publish_index, vector_of

__all__ = ["index_dir", "publish_index"]

PublishIndex = Callable[[dict[str, list[str]]], str]


class HashEmbedding:
    """A deterministic embedding without weights: a text's vector is derived from its bytes."""

    def get_text_embedding(self, text: str) -> list[float]:
        return [1.0] + [0.0] * 7 if text == PROBE_TEXT else vector_of(text).tolist()


@pytest.fixture
def holder(index_dir: Path) -> Iterator[IndexHolder]:
    def load(identity: ModelIdentity, device: str) -> HashEmbedding:
        return HashEmbedding()

    made = IndexHolder(index_dir, check_seconds=0.02, load_model=load)
    yield made
    made.close()


def held_name(holder: IndexHolder) -> str:
    with holder.acquire() as index:
        return index.generation.name


@pytest.mark.faults("S18")
def test_without_an_index_it_says_what_to_do(holder: IndexHolder) -> None:
    holder.refresh()
    assert not holder.state().ready
    assert "make index" in (holder.state().reason or "")
    with pytest.raises(IndexNotReady, match="make index"), holder.acquire():
        pass


@pytest.mark.faults("S9")
def test_a_new_generation_is_picked_up_and_old_requests_finish_on_the_old_one(
    holder: IndexHolder, publish_index: PublishIndex
) -> None:
    publish_index({"a.txt": ["old text"]})
    holder.refresh()
    with holder.acquire() as old:
        publish_index({"a.txt": ["new text"]})
        holder.refresh()
        assert held_name(holder) == "0002"
        assert [c.text for c in old.generation.catalogue.iter_chunks()] == ["old text"]
        assert old.generation.vectors.nearest(vector_of("old text"), 1)
    with pytest.raises(Exception, match="closed"):
        old.generation.catalogue.counts()


def test_the_list_of_documents_is_there_before_the_first_who_looks(
    holder: IndexHolder, publish_index: PublishIndex
) -> None:
    publish_index({"a.txt": ["old text"]})
    holder.refresh()
    with holder.acquire() as index:
        index.generation.catalogue.close()
        assert [record.path for record in index.generation.catalogue.documents()] == ["a.txt"]


def test_a_look_that_takes_long_does_not_bring_the_old_generation_back(
    index_dir: Path, publish_index: PublishIndex
) -> None:
    loading, may_go_on = threading.Event(), threading.Event()

    def load(identity: ModelIdentity, device: str) -> HashEmbedding:
        if not loading.is_set():  # the first one
            loading.set()
            assert may_go_on.wait(60)
        return HashEmbedding()

    holder = IndexHolder(index_dir, load_model=load)
    publish_index({"a.txt": ["old text"]})
    slow, quick = threading.Thread(target=holder.refresh), threading.Thread(target=holder.refresh)
    slow.start()
    assert loading.wait(60)
    publish_index({"a.txt": ["new text"]})
    quick.start()
    quick.join(0.5)  # waits for the slow one, or has shown the new generation by now
    may_go_on.set()
    for thread in (slow, quick):
        thread.join(60)
    assert held_name(holder) == "0002"
    holder.close()


@pytest.mark.faults("S4")
def test_a_damaged_current_generation_gives_way_to_the_previous_one(
    holder: IndexHolder, index_dir: Path, publish_index: PublishIndex
) -> None:
    publish_index({"a.txt": ["good"]})
    publish_index({"a.txt": ["damaged"]})
    (index_dir / "generations" / "0002" / "catalogue.db").write_bytes(b"")
    holder.refresh()
    assert held_name(holder) == "0001"
    assert holder.state().ready
    assert "0002" in (holder.state().notice or "")


@pytest.mark.faults("S20")
def test_without_a_pointer_the_newest_finished_generation_answers(
    holder: IndexHolder, index_dir: Path, publish_index: PublishIndex
) -> None:
    publish_index({"a.txt": ["text"]})
    (index_dir / "CURRENT").unlink()
    holder.refresh()
    assert held_name(holder) == "0001"


def test_another_model_than_the_recorded_one_is_never_used(index_dir: Path, publish_index: PublishIndex) -> None:
    class OtherEmbedding(HashEmbedding):
        def get_text_embedding(self, text: str) -> list[float]:
            return [0.0, 1.0] + [0.0] * 6

    publish_index({"a.txt": ["text"]})
    holder = IndexHolder(index_dir, load_model=lambda identity, device: OtherEmbedding())
    holder.refresh()
    assert "make reindex" in (holder.state().reason or "")
    holder.close()


@pytest.mark.faults("S7")
def test_queries_over_swaps_never_fail_and_never_mix_generations(
    holder: IndexHolder, index_dir: Path, publish_index: PublishIndex
) -> None:
    publish_index({"a.txt": ["generation 0001"]})
    holder.start()
    assert holder.wait_until_opened(10)
    stop, seen, wrong = threading.Event(), set(), []

    def ask() -> None:
        while not stop.is_set():
            with holder.acquire() as index:
                name = index.generation.name
                ((hit, _),) = index.generation.vectors.nearest(vector_of("any"), 1)
                if index.generation.catalogue.chunks([hit])[hit].text != f"generation {name}":
                    wrong.append(name)
                seen.add(name)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(2, 6):
        with index_lock(index_dir):
            draft, _ = build_draft(index_dir, {"a.txt": [f"generation {number:04d}"]})
            publish(index_dir, draft)
            prune(index_dir)
        deadline = threading.Event()
        for _ in range(500):
            if draft.name in seen or not all(t.is_alive() for t in threads):
                break
            deadline.wait(0.01)
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert candidates(index_dir)[0] == "0005"
    assert "0005" in seen
