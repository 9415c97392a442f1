"""What the image leaves out is installed, and what it needs stays and can be loaded."""

import ctypes
import platform
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tools.slim_image import UNUSED, main

IS_THE_IMAGES_PLATFORM = (sys.platform, platform.machine()) == ("linux", "x86_64")


@pytest.mark.skipif(not IS_THE_IMAGES_PLATFORM, reason="the image is made for Linux on x86-64")
@pytest.mark.parametrize("pattern", UNUSED)
def test_what_is_left_out_is_something_that_is_installed(pattern: str) -> None:
    torch = find_spec("torch")
    assert torch is not None
    assert torch.origin is not None
    assert any(Path(torch.origin).parents[1].glob(pattern)), "the image need not name it any more"


def _extension() -> Path:
    spec = find_spec("markupsafe._speedups")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin)


@pytest.mark.skipif(shutil.which("strip") is None, reason="binutils are not installed")
def test_the_rest_stays_and_can_be_loaded(tmp_path: Path) -> None:
    stays = ["babel/locale-data/zh_Hans.dat", "babel/locale-data/en.dat", "torch/testing/test/kept.py", "a/code.py"]
    goes = ["babel/locale-data/de.dat", "a/tests/test_a.py", "a/b/test/data", "a/code.pyi", "pip/main.py", "grpc/a.so"]
    for name in (*stays, *goes):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("what it holds")
    whole, broken = tmp_path / "a/whole.so", tmp_path / "a/broken.so"
    shutil.copy(_extension(), whole)
    broken.write_bytes(_extension().read_bytes()[:200])
    before = broken.read_bytes()
    assert main(tmp_path) == 0
    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {*stays, "a/whole.so", "a/broken.so"}
    ctypes.CDLL(str(whole))
    assert broken.read_bytes() == before  # what cannot be stripped is not touched
