"""Threads that do the same side by side."""

import threading
from collections.abc import Callable


def side_by_side(work: Callable[[int], None], count: int) -> None:
    """Start so many threads, each with its number, and wait until all are done."""
    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
