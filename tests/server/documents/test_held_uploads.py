"""Files that wait for a choice, told to one server and settled by another."""

import fcntl
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from io import BytesIO
from pathlib import Path
from threading import Event

import pytest

from server.documents.held_uploads import MOST_HELD, HeldFiles, SharedHeld
from server.documents.uploads import NameTaken, NotHeld, SentFile, Uploads
from storage.server_state.shared.database import StateDatabase, StateUnavailable
from storage.server_state.shared.entries import SharedEntries


def sent(name: str, text: bytes) -> SentFile:
    return SentFile(name, BytesIO(text))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "a.md").write_bytes(b"old")
    return folder


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Callable[[], Uploads]]:
    """Each time another server, which shares the database alone."""
    with ExitStack() as opened:

        def build() -> Uploads:
            database = opened.enter_context(closing(StateDatabase(f"sqlite:///{tmp_path}/state.db")))
            return Uploads(SharedHeld(SharedEntries(database, "uploads", most=MOST_HELD)))

        yield build


def test_a_choice_is_taken_by_any_server_and_once(server: Callable[[], Uploads], folder: Path) -> None:
    held = server().receive(folder, [sent("a.md", b"new"), sent("b.md", b"other")])
    assert isinstance(held, HeldFiles)
    other, third = server(), server()
    assert other.held(held.key) == held
    assert [file.path for file in other.settle(held.key, {"a.md": "both"})] == ["a (2).md", "b.md"]
    with pytest.raises(NotHeld):
        third.settle(held.key, {"a.md": "replace"})
    with pytest.raises(NotHeld):
        third.held(held.key)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == {
        "a.md": b"old", "a (2).md": b"new", "b.md": b"other",
    }  # fmt: skip


def test_what_nobody_chose_for_goes_when_newer_ones_wait(server: Callable[[], Uploads], folder: Path) -> None:
    keys = []
    for _ in range(MOST_HELD + 2):
        held = server().receive(folder, [sent("a.md", b"new")])
        assert isinstance(held, HeldFiles)
        keys.append(held.key)
    with pytest.raises(NotHeld):
        server().held(keys[1])
    assert server().held(keys[2]).taken == ("a.md",)
    assert sum(file.name.startswith(".upload-") for file in folder.iterdir()) == MOST_HELD
    server().forget(keys[2])
    assert sum(file.name.startswith(".upload-") for file in folder.iterdir()) == MOST_HELD - 1


def test_without_the_database_nothing_is_held_and_nothing_is_left(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    uploads = Uploads(SharedHeld(SharedEntries(StateDatabase(f"sqlite:///{tmp_path}/file/state.db"), "uploads")))
    with pytest.raises(StateUnavailable):
        uploads.receive(folder, [sent("a.md", b"new")])
    assert [file.name for file in folder.iterdir()] == ["a.md"]
    assert [file.path for file in uploads.add(folder, [sent("b.md", b"new")])] == ["b.md"]


class Awaited(BytesIO):
    """Content of which it is seen when it is read."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.read_at = Event()

    def read(self, size: int | None = -1) -> bytes:
        self.read_at.set()
        return super().read(size)


def test_two_servers_do_not_change_one_folder_at_a_time(server: Callable[[], Uploads], folder: Path) -> None:
    """Or both would see that a name is free, and one file would take the place of the other."""
    content = Awaited(b"new")
    descriptor = os.open(folder, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)  # as a server that is at it
    with ThreadPoolExecutor(1) as pool:
        adding = pool.submit(server().add, folder, [SentFile("c.md", content)])
        assert not content.read_at.wait(0.3)
        (folder / "c.md").write_bytes(b"of the other server")
        os.close(descriptor)
        with pytest.raises(NameTaken):
            adding.result(30)
    assert (folder / "c.md").read_bytes() == b"of the other server"
