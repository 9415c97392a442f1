"""The real job in a process of its own, with vectors made of hashes instead of a model: for tests that kill it.

python -m tests.indexing.hash_job     settings from the environment; prints how many texts it embedded
"""

import sys

from indexing.job import run_job
from indexing.planning.survey import Options
from indexing.settings import IndexingSettings
from storage.settings import StorageSettings
from tests.indexing.hash_embedding import HashEmbedding
from tests.indexing.workshop import RecordingProgress

if __name__ == "__main__":
    # What is killed and compared here is the publishing, with whatever the folder holds: it asks for nothing.
    options = Options(allow_removals=True)
    report = run_job(StorageSettings(), IndexingSettings(), RecordingProgress(), options, HashEmbedding)
    sys.stdout.write(f"{report.embedded}\n")
    sys.exit(report.exit_code)
