"""Plain LlamaIndex with its defaults: the text pypdf gives, VectorStoreIndex.from_documents, persisted.

python plain_llamaindex.py DOCUMENTS STORE MODEL_FOLDER
"""

import sys
from pathlib import Path

from llama_index.core import Document, VectorStoreIndex
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from pypdf import PdfReader

documents, store, model = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
pages = [
    Document(text=(page.extract_text() or "").encode("utf-8", "replace").decode(), metadata={"file": file.name})
    for file in sorted(documents.glob("*.pdf"))
    for page in PdfReader(file).pages
]
index = VectorStoreIndex.from_documents(pages, embed_model=HuggingFaceEmbedding(model_name=model))
index.storage_context.persist(store)
print(len(index.docstore.docs))
