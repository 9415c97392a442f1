"""The documents folder as the server sees it: one shown page, its picture, uploads, and the indexing job."""
