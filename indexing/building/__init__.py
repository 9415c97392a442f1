"""A new generation: documents, chunks and vectors are written, proved and published."""
