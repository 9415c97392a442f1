"""How an index's collections on a Chroma server are called: `pagewise-<index id>-<generation>`.

So several indexes can share a server, and a job knows what is its own to remove.
"""

import json
import secrets
from pathlib import Path

from storage.private_files import write_private

_ID_FILE = "COLLECTIONS.json"


def collection_prefix(index_dir: Path) -> str:
    """What the names of this index's collections begin with; made up when first asked for.

    It belongs to the directory: a copied index takes another, or the copy's job would remove the original's vectors.
    """
    file, here = index_dir / _ID_FILE, str(index_dir.resolve())
    try:
        known = json.loads(file.read_text(encoding="utf-8"))
        if known["directory"] == here:
            return f"pagewise-{known['id']}-"
    except (OSError, ValueError, KeyError, TypeError):
        pass
    index_id = secrets.token_hex(6)
    write_private(file, json.dumps({"id": index_id, "directory": here}) + "\n")
    return f"pagewise-{index_id}-"
