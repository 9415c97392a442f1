"""What the indexing job can be told to do, one function a command.

Each prints what was done and returns the exit code; what went wrong in the world outside it raises.
"""

import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from indexing.console import SOME_FAILED, WELL, print_lines, say_error
from indexing.job import run_job
from indexing.planning.removals import removal_lines
from indexing.planning.survey import Options, survey
from indexing.progress import show_progress
from indexing.report import (
    backup_lines,
    discovery_lines,
    document_lines,
    folder_lines,
    plan_lines,
    rollback_lines,
    run_lines,
    shipping_lines,
)
from indexing.rollback import roll_back
from indexing.settings import IndexingSettings
from storage.child_environment import CODE_FOLDER, job_environment
from storage.folder_listing import MOST_NAMED, read_listing
from storage.generations.published import current_name
from storage.message_translation import terminal_language
from storage.messages import message
from storage.server_state.own_questions import figure_lines, read_figures
from storage.settings import StorageSettings


def index(storage: StorageSettings, settings: IndexingSettings, options: Options) -> int:
    """Make the index equal to the folder; with EVAL_AFTER_INDEX the own questions are asked afterwards."""
    before = current_name(storage.index_dir)
    with show_progress(sys.stderr, terminal_language()) as progress:
        report = run_job(storage, settings, progress, options)
    print_lines(run_lines(report))
    if settings.eval_after_index and current_name(storage.index_dir) != before:
        print_lines(_own_figures())
    return report.exit_code


def _own_figures() -> Iterator[str]:
    """How the published index answers the questions that were accepted, as the server finds in a process of its own."""
    command = [sys.executable, "-m", "server", "questions", "--measure", "--json"]
    # It listens nowhere and sends nothing; the tokens and the secret that these settings ask for stay here.
    unused = {"HOST": "127.0.0.1", "WEBHOOK_SECRET": "unused"}
    environment = job_environment({"PYTHONPATH": str(CODE_FOLDER), **unused})
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    try:
        yield from figure_lines(read_figures(done.stdout))
    except (ValueError, TypeError, KeyError):
        reason = (done.stderr.strip().splitlines() or ["–"])[-1]
        yield message("Your own questions could not be asked: {reason}", reason=reason)


def repair(storage: StorageSettings, settings: IndexingSettings, options: Options) -> int:
    """The same, trusting nothing recorded."""
    return index(storage, settings, replace(options, repair=True))


def rebuild(storage: StorageSettings, settings: IndexingSettings, options: Options) -> int:
    """Build the whole index anew."""
    return index(storage, settings, replace(options, fresh=True))


def roll_back_to(name: str | None, storage: StorageSettings, _settings: IndexingSettings, _options: Options) -> int:
    """Let the index before the current one answer again, or the kept one of this name."""
    print_lines(rollback_lines(roll_back(storage.index_dir, name, storage.chroma_server)))
    return WELL


def back_up_to(target: Path, storage: StorageSettings, _settings: IndexingSettings, _options: Options) -> int:
    """Write the index and what the server keeps into one file."""
    from storage.generations.backup import BackupFailed, back_up

    try:
        made = back_up(storage.index_dir, target, Path(".env"))
    except BackupFailed as error:
        return say_error(SOME_FAILED, [message("Nothing backed up: {error}.", error=str(error))])
    print_lines(backup_lines(made, target, is_restored=False))
    return WELL


def restore_from(source: Path, storage: StorageSettings, settings: IndexingSettings, _options: Options) -> int:
    """Make the index of a backup anew in an empty place."""
    from storage.generations.backup import BackupFailed, restore

    try:
        made = restore(source, storage.index_dir, settings.documents_dir)
    except BackupFailed as error:
        return say_error(SOME_FAILED, [message("Nothing restored: {error}.", error=str(error))])
    print_lines(backup_lines(made, source, is_restored=True))
    return WELL


def ship(place: str, is_fetched: bool, storage: StorageSettings, _settings: IndexingSettings, _options: Options) -> int:
    """Let the index answer at another place, or one from there answer here."""
    from storage.generations.shipping import ShippingFailed, fetch_from, publish_to

    try:
        done = fetch_from(place, storage.index_dir) if is_fetched else publish_to(storage.index_dir, place)
    except ShippingFailed as error:
        return say_error(SOME_FAILED, [message("Nothing published: {error}.", error=str(error))])
    print_lines(shipping_lines(done, place, is_fetched=is_fetched))
    return WELL


def dry_run(storage: StorageSettings, settings: IndexingSettings, options: Options) -> int:
    """Show what would be done."""
    seen = survey(storage.index_dir, settings, chroma=storage.chroma_server)
    print_lines([*seen.baseline.problems, *filter(None, (seen.other_folder, seen.other_place))])
    print_lines([*plan_lines(seen.plan), *seen.discovery.notes, "", *discovery_lines(seen.discovery, seen.moment)])
    if seen.removals is not None and not options.allow_removals:
        print_lines([message("It would publish nothing."), *removal_lines(seen.removals)])
    return SOME_FAILED if seen.plan.failed_unchanged or seen.plan.to_fail or seen.plan.closed_folders else WELL


def verify(storage: StorageSettings, settings: IndexingSettings, _options: Options) -> int:
    """Compare everything with everything; list every difference."""
    from indexing.verifying import verify_index

    folder: list[str] = []
    found = verify_index(
        storage.index_dir,
        settings,
        storage.chroma_server,
        on_folder=lambda listing, documents: folder.extend(folder_lines(listing, documents)),
    )
    print_lines(difference.line for difference in found)
    unread = sum(difference.kind == "failed" for difference in found)
    print_lines([*_verdict(len(found) - unread, unread), *folder])
    return SOME_FAILED if found else WELL


def _verdict(differences: int, unread: int) -> Iterator[str]:
    if differences == 1:
        yield message("{count:,} difference; make repair mends what can be mended.", count=differences)
    elif differences:
        yield message("{count:,} differences; make repair mends what can be mended.", count=differences)
    else:
        yield message("Folder, catalogue, vectors and lexical index agree.")
    if unread:
        yield message("{count:,} documents could not be read.", count=unread)


def show_report(storage: StorageSettings, _settings: IndexingSettings, _options: Options) -> int:
    """List what was not read well."""
    from indexing.verifying import current_catalogue

    with current_catalogue(storage.index_dir) as catalogue:
        documents = catalogue.documents()
        print_lines(document_lines(documents, catalogue.odd_pages()))
    listing = read_listing(storage.index_dir)
    if listing is not None:
        print_lines(["", *folder_lines(listing, documents, shown=MOST_NAMED)])
    return SOME_FAILED if any(document.status != "indexed" for document in documents) else WELL


def watch_folder(_storage: StorageSettings, settings: IndexingSettings, _options: Options) -> int:
    """Each run is a process of its own, so that no model stays in memory between runs."""
    from indexing.watching import watch

    command = [sys.executable, "-m", "indexing"]
    watch(
        settings.documents_dir,
        lambda: subprocess.run(command, env=job_environment(), check=False).returncode,
        threading.Event(),
    )
    return WELL


OF_EACH_COLLECTION = (index, dry_run, verify, repair, rebuild, show_report)
"""The commands that may be given for all collections at once."""
