"""The language model: how it is asked, what its failures mean, what it costs. Knows nothing of passages."""
