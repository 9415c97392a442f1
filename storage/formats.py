"""Which files are documents: the suffixes of each format, for the job that reads them and the server that takes them.

How a format is read is the job's own affair.
"""

SUFFIXES: dict[str, tuple[str, ...]] = {
    "pdf": (".pdf",),
    "markdown": (".md", ".markdown", ".mdx"),
    "text": (".txt", ".text"),
    "html": (".html", ".htm", ".xhtml"),
    "rst": (".rst",),
    "docx": (".docx", ".docm"),
    "pptx": (".pptx", ".pptm"),
    "xlsx": (".xlsx", ".xlsm"),
    "csv": (".csv", ".tsv"),
    "epub": (".epub",),
    "eml": (".eml",),
    "ipynb": (".ipynb",),
    "xml": (".xml",),
    "rtf": (".rtf",),
    "calendar": (".ics", ".ical"),
    "contacts": (".vcf", ".vcard"),
}
"""Format -> the ends of its files' names, in lower case."""

ALL_SUFFIXES = frozenset(suffix for suffixes in SUFFIXES.values() for suffix in suffixes)

HIDDEN_PREFIXES = (".", "~$")
"""Files whose names begin so are no documents: hidden ones, and what office programs leave beside an open document."""
