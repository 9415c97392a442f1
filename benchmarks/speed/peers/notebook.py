"""The notebook that Pagewise grew from, as LangChain's public documentation writes it: PDFs to a Chroma store.

python notebook.py DOCUMENTS STORE MODEL_FOLDER TEXTS      TEXTS: where to write what was given to the model
"""

import json
import sys
from pathlib import Path

from langchain_chroma import Chroma
from langchain_community.document_loaders import PyPDFLoader
from langchain_huggingface import HuggingFaceEmbeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

documents, store, model = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
pages = [page for file in sorted(documents.glob("*.pdf")) for page in PyPDFLoader(str(file)).load()]
for page in pages:  # a lone surrogate in one paper would end the run
    page.page_content = page.page_content.encode("utf-8", "replace").decode()
chunks = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=50).split_documents(pages)
Chroma.from_documents(chunks, HuggingFaceEmbeddings(model_name=model), persist_directory=store)
Path(sys.argv[4]).write_text(json.dumps([chunk.page_content for chunk in chunks]))
