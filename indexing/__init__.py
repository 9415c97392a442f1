"""The job that turns a folder of documents into a new generation of the index."""
