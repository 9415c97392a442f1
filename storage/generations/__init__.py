"""Published generations and drafts of new ones: immutable folders, one pointer, proof before publication."""
