"""How is a question answered? From the retrieved passages to a text whose citations were checked. Knows no HTTP."""
