"""What speaks for a passage? The words, names, numbers and kinds of answer in its sentences. Pure."""
