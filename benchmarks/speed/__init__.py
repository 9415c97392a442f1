"""How fast Pagewise is, beside what a person would otherwise run. Figures, never tests."""
