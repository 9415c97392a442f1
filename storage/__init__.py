"""Everything that outlives a process: generations, catalogue, vectors, embedding cache."""
