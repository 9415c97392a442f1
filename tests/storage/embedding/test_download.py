"""A model comes from the hub: announced with its size, told of by bytes, taken up again where it was interrupted."""

import logging
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from huggingface_hub import constants

from storage.embedding.download import LoggedDownload, announcement
from storage.embedding.local import build_embed_model
from storage.embedding.models import ModelUnavailable, resolve_model
from storage.message_translation import told
from tests.fake_hub import FakeHub
from tests.tiny_bge_m3 import DIMENSION, HUB_NAME

PINNED_REVISION = "5617a9f61b028005a4858fdac845db406aefb181"
_PIECE_BYTES = 100_000


class Interrupted(BaseException):
    """Ctrl-C, as the indexing job takes it."""


@dataclass
class Listening:
    """Remembers what it was told; interrupts after so many bytes."""

    sentences: list[str] = field(default_factory=list)
    size: int = 0
    came: int = 0
    interrupt_after: int | None = None

    def say(self, sentence: str) -> None:
        self.sentences.append(sentence)

    def downloading(self, size: int, there: int) -> None:
        self.size, self.came = size, there

    def downloaded(self, size: int) -> None:
        self.came += size
        if self.interrupt_after is not None and self.came >= self.interrupt_after:
            raise Interrupted


@pytest.fixture
def hub(tiny_bge_m3: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    """A hub that holds the tiny model and more than is needed of it, and a machine with an empty hub cache."""
    folder = Path(shutil.copytree(tiny_bge_m3, tmp_path / "at-the-hub"))
    (folder / "README.md").write_text("not needed")
    with FakeHub(folder, HUB_NAME, PINNED_REVISION) as hub:
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hf" / "hub"))
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(constants, "ENDPOINT", hub.url)
        template = f"{hub.url}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", _PIECE_BYTES)
        yield hub


def weights_of(hub: FakeHub) -> int:
    return (hub.folder / "pytorch_model.bin").stat().st_size


def test_a_download_is_announced_and_told_of_by_bytes(hub: FakeHub) -> None:
    listening = Listening()
    identity = resolve_model(HUB_NAME, listener=listening)
    (sentence,) = listening.sentences
    assert sentence.startswith(f"Fetching {HUB_NAME} from the model hub, once: {listening.size / 1e6:.0f} MB. ")
    assert "EMBED_MODEL=packaged" in sentence
    assert listening.came == listening.size > weights_of(hub)
    assert len(build_embed_model(identity).get_query_embedding("the page")) == DIMENSION
    assert "README.md" not in hub.sent


def test_what_was_downloaded_is_found_again_without_a_network(hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    downloaded = resolve_model(HUB_NAME, listener=Listening())
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert resolve_model(HUB_NAME) == downloaded


def test_an_interrupted_download_goes_on_where_it_was(hub: FakeHub) -> None:
    with pytest.raises(Interrupted):
        resolve_model(HUB_NAME, listener=Listening(interrupt_after=5 * _PIECE_BYTES))
    listening = Listening()
    hub.sent.clear()
    identity = resolve_model(HUB_NAME, listener=listening)
    assert "0 MB of it came before" in listening.sentences[0]
    assert hub.sent["pytorch_model.bin"] == weights_of(hub) - 4 * _PIECE_BYTES
    assert listening.came == listening.size
    assert len(build_embed_model(identity).get_query_embedding("the page")) == DIMENSION
    assert not list(Path(constants.HF_HUB_CACHE).rglob("*.part"))


def test_a_connection_that_breaks_is_made_again_and_no_byte_comes_twice(hub: FakeHub) -> None:
    hub.cut_after = 3 * _PIECE_BYTES
    listening = Listening()
    resolve_model(HUB_NAME, listener=listening)
    assert hub.sent["pytorch_model.bin"] == weights_of(hub)
    assert listening.came == listening.size


def test_a_network_that_goes_away_is_a_sentence(hub: FakeHub) -> None:
    class Unplugging(Listening):
        def downloading(self, size: int, there: int) -> None:
            hub.close()

    with pytest.raises(ModelUnavailable, match=r"could not be downloaded \(ConnectError\)"):
        resolve_model(HUB_NAME, listener=Unplugging())


def test_weights_that_arrive_damaged_are_not_kept(hub: FakeHub) -> None:
    hub.damages = True
    with pytest.raises(ModelUnavailable, match="could not be downloaded"):
        resolve_model(HUB_NAME, listener=Listening())
    hub.damages = False
    assert resolve_model(HUB_NAME, listener=Listening()).dimension == DIMENSION


def test_of_two_kinds_of_weights_one_is_fetched(hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(hub.folder / "pytorch_model.bin", hub.folder / "model.safetensors")
    downloaded = resolve_model(HUB_NAME, listener=Listening())
    assert "pytorch_model.bin" not in hub.sent
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert resolve_model(HUB_NAME) == downloaded


def test_without_a_listener_the_log_tells(hub: FakeHub, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="storage"):
        resolve_model(HUB_NAME)
    assert "from the model hub, once" in caplog.text


def test_the_log_has_a_line_now_and_then(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("storage.test")
    download = LoggedDownload(logger, seconds_between_lines=0)
    with caplog.at_level(logging.INFO, logger="storage.test"):
        download.downloading(2_300_000_000, 300_000_000)
        download.downloaded(1_000_000_000)
    assert caplog.messages[0].startswith("downloaded 1.3 GB of 2.3 GB, ")


@pytest.mark.parametrize("there", [0, 300_000_000])
def test_the_announcement_is_told_in_chinese_as_a_whole(there: int) -> None:
    shown = told(announcement("BAAI/bge-m3", 2_300_000_000, there), "zh")
    assert shown.startswith("正在从模型库下载 BAAI/bge-m3（仅此一次）：共 2.3 GB")
    assert ("300 MB" in shown) == bool(there)
    assert "once" not in shown
    assert "Ctrl-C stops" not in shown
