"""How is a passage found? By meaning and by words, in the open index, and whether its file is still as it was."""
