"""What others' packages bring along: known vulnerabilities, licences, and the parts list of a release.

`python -m tools.supply_chain audit | licences | sbom FILE`. Asks pip-audit, pip-licenses and cyclonedx-bom, which
requirements-release.txt installs in an environment of their own; looks at the environment that it runs in.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from sysconfig import get_path
from typing import Any

from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PROGRAMS = ROOT / ".venv-release" / "bin"

_REQUIREMENT = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)")
_NO_NETWORK = re.compile(
    r"ConnectionError|NameResolutionError|Max retries exceeded|ConnectTimeout|ReadTimeout|ServiceError"
)
_COPYLEFT = re.compile(r"\b(?:[AL]?GPL|GNU|SSPL|BUSL|Commons Clause|Proprietary|Non-?Commercial)", re.IGNORECASE)
_PERMISSIVE = re.compile(
    r"\b(?:MIT|Apache|BSD|ISC|PSF|Python Software Foundation|MPL|Mozilla|Zope|ZPL|Zlib|Unlicense)\b"
)

EXCEPTIONS: Mapping[str, str] = {
    "axe-playwright-python": "names no licence in its metadata; its file LICENSE is MIT's; for tests alone",
    "fpdf2": "LGPL; makes the PDF files of documents/ and of tests, and is not part of what runs",
    r"nvidia-.*|cuda-.*": "NVIDIA's own terms; they come with PyTorch for graphics cards alone",
}
"""Packages, as patterns of their names, whose terms are not among the permissive ones, and why they may be here."""


@dataclass(frozen=True, slots=True)
class Licensed:
    """A package and what it says of its terms."""

    name: str
    version: str
    terms: str

    @property
    def is_allowed(self) -> bool:
        """Whether its terms are permissive, or it is a named exception."""
        return self.exception is not None or self.is_permissive

    @property
    def exception(self) -> str | None:
        """Why it may be here although its terms are not permissive; None: nobody has said so."""
        return next((why for name, why in EXCEPTIONS.items() if re.fullmatch(name, self.name.lower())), None)

    @property
    def is_permissive(self) -> bool:
        """Whether it may be used and passed on without conditions on our own code."""
        return bool(_PERMISSIVE.search(self.terms)) and not _COPYLEFT.search(self.terms)


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code: 0 well, or the programs cannot be had here; 1 something was found; 2 wrong usage."""
    asked = list(sys.argv[1:] if arguments is None else arguments)
    if not (PROGRAMS / "pip-audit").exists():
        print("note: nothing was looked at, for the programs are not installed: make release-tools", file=sys.stderr)
        return 0
    match asked:
        case ["audit"]:
            return audit()
        case ["licences"]:
            return licences()
        case ["sbom", file]:
            return sbom(Path(file))
    print(__doc__, file=sys.stderr)
    return 2


def audit(service_url: str | None = None, packages_in: str | None = None) -> int:
    """Look up every installed package; a service that cannot be reached is a note, not a fault of ours."""
    command = [
        str(PROGRAMS / "pip-audit"),
        "--path",
        packages_in or get_path("purelib"),
        "--format",
        "json",
        "--progress-spinner",
        "off",
    ]
    command += ["--vulnerability-service", "osv", *(["--osv-url", service_url] if service_url else [])]
    done = subprocess.run(command, capture_output=True, text=True)
    try:
        packages: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        if _NO_NETWORK.search(done.stderr):
            print("note: the list of vulnerabilities (osv.dev) cannot be reached from here; nothing was looked up")
            return 0
        print(done.stderr.strip() or "pip-audit gave nothing to read", file=sys.stderr)
        return 1
    found = [(each, bug) for each in packages for bug in each.get("vulns", ())]
    for each, bug in found:
        fixed = ", ".join(bug.get("fix_versions", ())) or "no version yet"
        print(f"{each['name']} {each['version']}: {bug['id']}, mended in {fixed}")
    looked_up = sum("vulns" in each for each in packages)
    print(f"{len(found)} known vulnerabilities in {looked_up} of {len(packages)} packages")
    return 1 if found else 0


def licences() -> int:
    """The terms of every installed package; those that may not be here are named."""
    listed = installed_licences()
    for each in sorted(listed, key=lambda each: each.name.lower()):
        why = f"  ({each.exception})" if each.exception else ""
        print(f"{each.name} {each.version}: {each.terms}{why}")
    refused = [each for each in listed if not each.is_allowed]
    for each in refused:
        print(f"{each.name}: {each.terms} is not among the terms that are allowed; see tools/supply_chain.py")
    return 1 if refused else 0


def installed_licences() -> list[Licensed]:
    """What each installed package says."""
    command = [str(PROGRAMS / "pip-licenses"), "--python", sys.executable, "--from", "all", "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [licensed(each) for each in json.loads(done.stdout)]


def licensed(told: Mapping[str, str]) -> Licensed:
    """The clearest of what a package says: an SPDX expression, a classifier, a line of free text."""
    said = (told[key] for key in ("License-Expression", "License-Classifier", "License-Metadata"))
    terms = next((each for each in said if each.strip() not in ("", "UNKNOWN")), "UNKNOWN")
    return Licensed(told["Name"], told["Version"], terms.strip().splitlines()[0])


def sbom(file: Path) -> int:
    """Write the parts list of what runs, without what only developing needs, in CycloneDX's JSON."""
    command = [str(PROGRAMS / "cyclonedx-py"), "environment", sys.executable, "--output-format", "JSON"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    parts = json.loads(done.stdout)
    wanted = closure(_required_names(ROOT / "requirements.txt"))
    kept = [each for each in parts["components"] if canonicalize_name(each["name"]) in wanted]
    references = {each["bom-ref"] for each in kept}
    parts["components"] = kept
    parts["dependencies"] = [
        {**each, "dependsOn": [other for other in each.get("dependsOn", ()) if other in references]}
        for each in parts.get("dependencies", ())
        if each["ref"] in references
    ]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(parts, indent=1) + os.linesep, encoding="utf-8")
    print(f"{file}: {len(kept)} packages")
    return 0


def closure(names: Iterable[str]) -> set[str]:
    """These packages and whatever they need in turn, as far as it is installed."""
    found: set[str] = set()
    waiting: list[str] = [canonicalize_name(name) for name in names]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        try:
            needs = distribution(name).requires or []
        except PackageNotFoundError:
            continue
        found.add(name)
        matches = (_REQUIREMENT.match(need) for need in needs if "extra ==" not in need)
        waiting += [canonicalize_name(match[1]) for match in matches if match]
    return found


def _required_names(file: Path) -> list[str]:
    lines = file.read_text(encoding="utf-8").splitlines()
    return [match[1] for line in lines if (match := _REQUIREMENT.match(line))]


if __name__ == "__main__":
    sys.exit(main())
