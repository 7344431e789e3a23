"""Resources of a file that need not be of the stack: what they come to, beside the stack's own."""

from dataclasses import replace
from pathlib import Path

from descope_state.app.wanted import Seen
from descope_state.app.workspace import Workspace
from descope_state.config import yaml
from descope_state.config.blocks import Contents
from descope_state.config.files import read_anywhere
from descope_state.core.resolve import resolve
from descope_state.errors import Invalid, UsageError
from descope_state.frozen import dataclass
from descope_state.model.resource import Desired
from descope_state.model.stack import Block


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """The blocks of one file."""

    name: str
    blocks: tuple[Block, ...]

    def count_beside(self, kind: str) -> int:
        """Count the blocks of other kinds."""
        return sum(block.kind != kind for block in self.blocks)

    def desired(self, seen: Seen, *, kind: str) -> tuple[Desired, ...]:
        """Say what the resources of a kind come to; the stack's may be referred to."""
        workspace = seen.workspace
        documents = workspace.documents
        own = {(block.kind, block.name) for block in self.blocks}
        others = (one for one in documents.blocks if (one.kind, one.name) not in own)
        # What the stack says of its own resources besides is not about those of the file.
        together = replace(
            documents,
            blocks=(*others, *self.blocks),
            outputs=(),
            moved=(),
            removed=(),
            imports=(),
            checks=(),
        )
        try:
            resolution = resolve(together, workspace.catalog, sources=workspace.sources)
        except Invalid as error:
            raise workspace.shown(error) from None
        named = {(kind, name) for of, name in own if of == kind}
        return tuple(
            one for one in resolution.desired if (one.address.kind, one.address.name) in named
        )


def filed(workspace: Workspace, path: Path, *, kind: str, name: str) -> Filed:
    """Read a resources file, wherever it is; it must hold something of the kind."""
    contents = Contents()
    try:
        contents.add(yaml.parse(read_anywhere(path, name=name), file=name))
    except Invalid as error:
        raise workspace.shown(error) from None
    if contents.problems:
        raise workspace.shown(Invalid(contents.problems))
    if all(block.kind != kind for block in contents.blocks):
        message = f"`{name}` holds no {kind}"
        raise UsageError(message, hint=f"they stand below `resources: {{{kind}: …}}`")
    return Filed(name=name, blocks=tuple(contents.blocks))
