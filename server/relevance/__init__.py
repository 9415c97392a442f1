"""How is a passage judged? Scores from 0 to 10, by the language model or by a local formula, and what is kept."""
