"""PDF: pages as text with their headings, hidden text, repeated lines and, without a text layer, by OCR."""
