"""Work worth keeping that can be made again: embeddings and pages read by OCR."""
