"""Which files of the folder are documents: the suffixes of each format, and how the names of hidden files begin.

For the job that reads them and the server that takes them.

How a format is read is the job's own affair.
"""

# fmt: off
SUFFIXES: dict[str, tuple[str, ...]] = {
    "pdf": (".pdf",),
    "markdown": (".md", ".markdown", ".mdx"),
    "text": (".txt", ".text"),
    "html": (".html", ".htm", ".xhtml"),
    "rst": (".rst",),
    "docx": (".docx", ".docm", ".dotx", ".dotm"),
    "pptx": (".pptx", ".pptm", ".potx", ".potm", ".ppsx", ".ppsm"),
    "xlsx": (".xlsx", ".xlsm", ".xltx", ".xltm"),
    "odt": (".odt", ".ott"),
    "ods": (".ods", ".ots"),
    "odp": (".odp", ".otp"),
    "legacy": (".doc", ".dot", ".xls", ".xlt", ".ppt", ".pps"),
    "picture": (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".heic", ".heif"),
    "csv": (".csv", ".tsv"),
    "epub": (".epub",),
    "eml": (".eml",),
    "mbox": (".mbox",),
    "mhtml": (".mhtml", ".mht"),
    "zip": (".zip",),
    "ipynb": (".ipynb",),
    "xml": (".xml",),
    "rtf": (".rtf",),
    "json": (".json", ".jsonl", ".ndjson", ".geojson"),
    "data": (".yaml", ".yml", ".toml", ".ini", ".cfg", ".conf", ".properties", ".log"),
    "code": (
        ".py", ".pyi", ".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx", ".java", ".kt", ".kts", ".scala", ".groovy",
        ".c", ".h", ".cc", ".hh", ".cpp", ".hpp", ".cxx", ".cs", ".go", ".rs", ".swift", ".m", ".rb", ".php", ".pl",
        ".lua", ".r", ".jl", ".dart", ".sh", ".bash", ".ps1", ".bat", ".sql", ".css", ".scss", ".vue", ".proto",
    ),
    "latex": (".tex",),
    "org": (".org",),
    "asciidoc": (".adoc", ".asciidoc"),
    "subtitles": (".srt", ".vtt"),
    "calendar": (".ics", ".ical"),
    "contacts": (".vcf", ".vcard"),
}
# fmt: on
"""Format -> the ends of its files' names, in lower case."""

ALL_SUFFIXES = frozenset(suffix for suffixes in SUFFIXES.values() for suffix in suffixes)

HIDDEN_PREFIXES = (".", "~$")
"""Files whose names begin so are no documents: hidden ones, and what office programs leave beside an open document."""
