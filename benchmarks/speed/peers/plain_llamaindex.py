"""Plain LlamaIndex: the text pypdf gives, VectorStoreIndex.from_documents, persisted.

python plain_llamaindex.py DOCUMENTS STORE MODEL_FOLDER TEXTS [CHUNK_SIZE]

TEXTS: where to write what was given to the model. Without CHUNK_SIZE everything is LlamaIndex's default.
"""

import json
import sys
from pathlib import Path

from llama_index.core import Document, VectorStoreIndex
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.schema import MetadataMode, TransformComponent
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from pypdf import PdfReader

documents, store, model = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
pages = [
    Document(text=(page.extract_text() or "").encode("utf-8", "replace").decode(), metadata={"file": file.name})
    for file in sorted(documents.glob("*.pdf"))
    for page in PdfReader(file).pages
]
splitter: list[TransformComponent] = [SentenceSplitter(chunk_size=int(s), chunk_overlap=20) for s in sys.argv[5:]]
index = VectorStoreIndex.from_documents(
    pages, embed_model=HuggingFaceEmbedding(model_name=model), transformations=splitter or None
)
index.storage_context.persist(store)
texts = [node.get_content(MetadataMode.EMBED) for node in index.docstore.docs.values()]
Path(sys.argv[4]).write_text(json.dumps(texts))
