"""Which files of the folder are documents: the suffixes of each format, and how the names of hidden files begin.

For the job that reads them and the server that takes them.

How a format is read is the job's own affair.
"""

SUFFIXES: dict[str, tuple[str, ...]] = {
    "pdf": (".pdf",),
    "markdown": (".md", ".markdown", ".mdx"),
    "text": (".txt", ".text"),
    "html": (".html", ".htm", ".xhtml"),
    "rst": (".rst",),
    "docx": (".docx", ".docm", ".dotx", ".dotm"),
    "pptx": (".pptx", ".pptm", ".potx", ".potm", ".ppsx", ".ppsm"),
    "xlsx": (".xlsx", ".xlsm", ".xltx", ".xltm"),
    "csv": (".csv", ".tsv"),
    "epub": (".epub",),
    "eml": (".eml",),
    "ipynb": (".ipynb",),
    "xml": (".xml",),
    "rtf": (".rtf",),
}
"""Format -> the ends of its files' names, in lower case."""

ALL_SUFFIXES = frozenset(suffix for suffixes in SUFFIXES.values() for suffix in suffixes)

HIDDEN_PREFIXES = (".", "~$")
"""Files whose names begin so are no documents: hidden ones, and what office programs leave beside an open document."""
