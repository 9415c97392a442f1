"""Addresses that come with a request and lead on from it."""

import re

_LOCAL_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]*")


def local_address(address: str) -> str:
    """The address if it is a path of this server, else the form."""
    return address if _LOCAL_PATH.fullmatch(address) else "/"
