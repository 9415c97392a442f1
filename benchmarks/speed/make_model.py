"""Makes a random model of a given shape in a process of its own, so that its memory is not the bench's.

python -m benchmarks.speed.make_model FOLDER SHAPE     SHAPE: JSON, values of config.json
"""

import json
import sys
from pathlib import Path

from tests.tiny_bge_m3 import make_tiny_bge_m3

if __name__ == "__main__":
    make_tiny_bge_m3(Path(sys.argv[1]), weights="model.safetensors", shape=json.loads(sys.argv[2]))
