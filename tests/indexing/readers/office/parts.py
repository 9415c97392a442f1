"""Office files made part by part, as a test needs them: only what stands in the test is in the file."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

TRANSITIONAL = "http://schemas.openxmlformats.org"
OFFICE = f"{TRANSITIONAL}/officeDocument/2006/relationships"
NAMESPACES = (
    f'xmlns:w="{TRANSITIONAL}/wordprocessingml/2006/main" xmlns:r="{OFFICE}" '
    f'xmlns:m="{TRANSITIONAL}/officeDocument/2006/math" xmlns:a="{TRANSITIONAL}/drawingml/2006/main" '
    f'xmlns:c="{TRANSITIONAL}/drawingml/2006/chart" xmlns:dgm="{TRANSITIONAL}/drawingml/2006/diagram" '
    f'xmlns:wp="{TRANSITIONAL}/drawingml/2006/wordprocessingDrawing" xmlns:v="urn:schemas-microsoft-com:vml" '
    f'xmlns:p="{TRANSITIONAL}/presentationml/2006/main" '
    f'xmlns:mc="{TRANSITIONAL}/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
)


def relationships(targets: Mapping[str, tuple[str, str]]) -> str:
    """A part of relationships: identifier -> (kind, target); an address outside is named as such."""
    entries = "".join(
        f'<Relationship Id="{name}" Type="{OFFICE}/{kind}" Target="{target}"'
        + (' TargetMode="External"/>' if "://" in target or target.startswith("mailto:") else "/>")
        for name, (kind, target) in targets.items()
    )
    return f'<Relationships xmlns="{TRANSITIONAL}/package/2006/relationships">{entries}</Relationships>'


def write_package(path: Path, main: str, parts: Mapping[str, str | bytes]) -> Path:
    """An archive of these parts whose main part is `main`; `path` for chaining."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("[Content_Types].xml", f'<Types xmlns="{TRANSITIONAL}/package/2006/content-types"/>')
        file.writestr("_rels/.rels", relationships({"rMain": ("officeDocument", main)}))
        for name, content in parts.items():
            file.writestr(name, content)
    return path


def write_docx(
    path: Path,
    body: str,
    parts: Mapping[str, str | bytes] | None = None,
    targets: Mapping[str, tuple[str, str]] | None = None,
) -> Path:
    """A Word document of this body. `parts` are roots by name ("styles", "numbering", …) or whole members.

    Parts under a short name are related to the document as what they are called.
    """
    members: dict[str, str | bytes] = {
        "word/document.xml": f"<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>"
    }
    related = dict(targets or {})
    for name, content in (parts or {}).items():
        if "/" in name:
            members[name] = content
        else:
            assert isinstance(content, str)
            members[f"word/{name}.xml"] = f"<w:{name} {NAMESPACES}>{content}</w:{name}>"
            related[f"r_{name}"] = (name, f"{name}.xml")
    members["word/_rels/document.xml.rels"] = relationships(related)
    return write_package(path, "word/document.xml", members)


def run(text: str, properties: str = "") -> str:
    """A stretch of text with these run properties."""
    set_as = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{set_as}<w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(*content: str, properties: str = "") -> str:
    """A paragraph of runs; a plain text is a run."""
    runs = "".join(each if each.startswith("<") else run(each) for each in content)
    return f"<w:p><w:pPr>{properties}</w:pPr>{runs}</w:p>"


def table(*rows: list[str]) -> str:
    """A table of cells; a cell that begins with "<" is its XML, cell properties first."""
    lines = []
    for row in rows:
        cells = "".join(f"<w:tc>{cell if cell.startswith('<') else paragraph(cell)}</w:tc>" for cell in row)
        lines.append(f"<w:tr>{cells}</w:tr>")
    return f"<w:tbl>{''.join(lines)}</w:tbl>"
