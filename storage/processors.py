"""How many processor cores there are for this process. Apart from the settings, since tests and benchmarks ask as well."""

import os


def available_cores() -> int:
    """Those that it may run on; where a system does not tell (macOS), all of the machine."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
