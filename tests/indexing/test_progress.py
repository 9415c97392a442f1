"""What a person sees on a terminal while the job works."""

from io import StringIO

from indexing.progress import TerminalProgress


def test_a_download_shows_bytes_and_the_time_that_is_left() -> None:
    screen = StringIO()
    progress = TerminalProgress(screen)
    progress.downloading(2_300_000_000, 300_000_000)
    progress.downloaded(1_000_000_000)
    progress.downloaded(400_000_000)
    progress.close()
    shown = screen.getvalue()
    assert "Download" in shown
    assert "1.7 GB of 2.3 GB" in shown
