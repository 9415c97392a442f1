"""What Word, PowerPoint and Excel files have in common: their archive of parts, tables, charts and pictures."""
