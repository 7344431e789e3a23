"""Runs `export` and `diff` of a kind with documents."""

from collections.abc import Sequence
from pathlib import Path

from descope_state.app.browsing import browse
from descope_state.app.leafing import compared, keep
from descope_state.app.workspace import Opening
from descope_state.cli.browsing_run import tell_of
from descope_state.cli.terminal import Terminal
from descope_state.errors import Exit, UsageError
from descope_state.model.value import Value
from descope_state.report.clean import clean
from descope_state.report.fields import Page
from descope_state.report.flows import described_lines
from descope_state.report.objects import document_text
from descope_state.report.spans import data, line
from descope_state.report.values import counted


def run_export(
    terminal: Terminal,
    opening: Opening,
    *,
    kind: str,
    which: Sequence[str],
    every: bool,
    folder: Path | None,
    fresh: bool,
) -> Exit:
    """Write documents to the output or into files; some that cannot be files are a part."""
    if every == bool(which):
        message = f"say which {kind}, or --all" if not every else "--all is all: name none besides"
        raise UsageError(message, hint=f"`dstate {kind} list` shows what there is")
    subjects = None if every else which
    result = browse(terminal.surroundings, opening, kind=kind, subjects=subjects, fresh=fresh)
    tell_of(terminal, result)
    (name, *_) = sorted(result.sketch.documents & result.sketch.required)
    documents = {one.live.id: one.live.attributes[name] for one in result.found}
    if folder is None:
        alone: Value = documents
        if len(documents) == 1 and not every:
            (alone,) = documents.values()
        terminal.write(document_text(alone))
        return Exit.DONE
    texts = {id_: document_text(document) for id_, document in documents.items()}
    kept = keep(terminal.surroundings.folder / folder, texts)
    terminal.answer([(data(str(folder / path.name)),) for path in kept.written])
    terminal.note(f"{counted(len(kept.written), 'file')} written, {len(kept.same)} as before.")
    if not kept.refused:
        return Exit.DONE
    for id_, why in kept.refused.items():
        terminal.tell([line(f"Not written: {kind} `{clean(id_)}`: {why}.", "warning")])
    terminal.note(f"One by one, and without --out-dir, `dstate {kind} export ID` prints each.")
    return Exit.PARTIAL if kept.written or kept.same else Exit.ERROR


def run_diff(
    terminal: Terminal, opening: Opening, *, kind: str, sides: Sequence[str], fresh: bool
) -> bool:
    """Compare two documents; tells whether they are the same."""
    if len(sides[1:]) > 1:
        message = f"two are compared, and {len(sides)} are named"
        raise UsageError(message, hint=f"dstate {kind} diff A B")
    found = compared(terminal.surroundings, opening, kind=kind, sides=sides, fresh=fresh)
    left, right = found.left.title, found.right.title
    if found.change is None:
        terminal.answer([(data(f"{left} and {right} say the same."),)])
        return True
    terminal.answer([(data(f"--- {left}", "removed"),), (data(f"+++ {right}", "added"),)])
    page = Page(width=terminal.width, differ=found.differ)
    terminal.answer(described_lines(kind, [found.change], page=page))
    count = counted(len(found.change.edits) or 1, "difference")
    terminal.answer([line(f"{count}.")])
    return False
