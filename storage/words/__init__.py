"""Search by words: terms, stems, irregular forms, and the proof that the index of words is whole."""
