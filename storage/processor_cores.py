"""How many processor cores there are to compute on. Apart from whoever computes, on both sides of the house."""

import os


def available_cores() -> int:
    """Processor cores that this process may run on; where a system does not tell (macOS), all of the machine."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
