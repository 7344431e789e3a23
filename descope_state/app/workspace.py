"""Opens a stack: its files for one environment, the kinds it may use, and where its state is."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from pathlib import Path

from descope_state.app.registry import catalog_of
from descope_state.app.surroundings import Surroundings
from descope_state.config.dotenv import environment as merged_environ
from descope_state.config.excerpts import Line, excerpted
from descope_state.config.location import find_stack, state_folder
from descope_state.config.secrets import SecretSources
from descope_state.config.sources import StackSources
from descope_state.config.stack import Unsound, load, outline
from descope_state.core.resolve import Resolution, resolve
from descope_state.errors import Invalid, Problem
from descope_state.frozen import dataclass
from descope_state.model.nearness import listed, meant
from descope_state.model.stack import Documents
from descope_state.model.value import Value
from descope_state.sdk.catalog import Catalog
from descope_state.sdk.provider import Provider
from descope_state.sdk.validation import sensitive_values
from descope_state.store.disk import DISK
from descope_state.store.state import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What a command line says about which stack to open, and how."""

    chdir: Path | None = None
    environment: str | None = None
    variables: Mapping[str, str] | None = None
    variable_files: Sequence[Path] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A stack that has been read, for one environment; `warn` is heard by whoever opened it."""

    root: Path
    documents: Documents
    environ: Mapping[str, str] = field(repr=False)
    providers: Mapping[str, Provider]
    catalog: Catalog
    sources: StackSources
    store: Store
    warn: Callable[[str], None]

    @property
    def environment(self) -> str:
        """The name of the environment."""
        return self.documents.environment.name

    @property
    def secrets(self) -> SecretSources:
        """Where the stack's secrets are looked up."""
        return SecretSources(environ=self.environ, root=self.root)

    def resolution(self) -> Resolution:
        """Resolve the stack; every problem comes with the lines it is about."""
        try:
            return resolve(self.documents, self.catalog, sources=self.sources)
        except Invalid as error:
            raise self.shown(error) from None

    def shown(self, error: Invalid) -> Invalid:
        """Add to problems the lines of the stack that they point at."""
        return Invalid(self.excerpted(error.problems))

    def excerpted(self, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        """Give problems with the lines of the stack that they point at."""
        withheld = _in_clear(self.documents, self.catalog)
        return excerpted(self.root, problems, withheld=withheld)


def _state_folder(root: Path, documents: Documents) -> Path:
    return state_folder(
        root,
        stack=documents.name,
        path=documents.state_path,
        environment=documents.environment.name,
    )


def _in_clear(documents: Documents, catalog: Catalog) -> frozenset[Line]:
    """Find the lines that hold a secret in clear: no mistake beside it is worth showing them."""
    lines: set[Line] = set()
    for block in documents.blocks:
        fields = catalog[block.kind].schema.fields if block.kind in catalog else {}
        for path, value in sensitive_values(fields, block.body, path=()):
            origin = block.locate(path)
            if origin is not None and not _names_a_source(value):
                lines.add((origin.file, origin.line))
    return frozenset(lines)


def _names_a_source(value: Value) -> bool:
    return isinstance(value, str) and value.startswith("${") and value.endswith("}")


def _all_problems(error: Unsound, catalog: Catalog, sources: StackSources) -> Iterable[Problem]:
    """Give what is wrong with the files together with what is wrong with what they say."""
    if error.documents is None:
        return error.problems
    try:
        resolve(error.documents, catalog, sources=sources)
    except Invalid as found:
        return (*error.problems, *found.problems)
    return error.problems


def opened(
    surroundings: Surroundings, opening: Opening, *, drafts: Mapping[str, bytes] | None = None
) -> Workspace:
    """Open the stack that a command is about; drafts stand in the place of its files."""
    root = find_stack(surroundings.folder, chdir=opening.chdir)
    environ = merged_environ(root, surroundings.environ)
    providers = surroundings.providers()
    catalog = catalog_of(providers)
    sources = StackSources(root, environ=environ, drafts=drafts)
    try:
        documents = load(
            root,
            environment=opening.environment,
            environ=environ,
            variable_files=opening.variable_files,
            variables=opening.variables or {},
            folder=surroundings.folder,
            drafts=drafts,
        )
    except Unsound as error:
        problems = _all_problems(error, catalog, sources)
        withheld = _in_clear(error.documents, catalog) if error.documents else ()
        raise Invalid(excerpted(root, problems, withheld=withheld)) from None
    _check_endpoint(root, documents, providers)
    return Workspace(
        root=root,
        documents=documents,
        environ=environ,
        providers=providers,
        catalog=catalog,
        sources=sources,
        store=_store(surroundings, root, documents),
        warn=surroundings.warn,
    )


def outlined(surroundings: Surroundings, opening: Opening) -> Workspace:
    """Open a stack as far as its settings say: for commands that do not read what it wants."""
    root = find_stack(surroundings.folder, chdir=opening.chdir)
    environ = merged_environ(root, surroundings.environ)
    providers = surroundings.providers()
    documents = outline(root, environment=opening.environment, environ=environ)
    _check_endpoint(root, documents, providers)
    return Workspace(
        root=root,
        documents=documents,
        environ=environ,
        providers=providers,
        catalog=catalog_of(providers),
        sources=StackSources(root, environ=environ),
        store=_store(surroundings, root, documents),
        warn=surroundings.warn,
    )


def _check_endpoint(root: Path, documents: Documents, providers: Mapping[str, Provider]) -> None:
    """Refuse a word that no provider knows: taken for an address, it would ask for credentials."""
    environment = documents.environment
    words = {word for provider in providers.values() for word in provider.endpoints}
    if not environment.endpoint or environment.endpoint in words or ":" in environment.endpoint:
        return
    problem = Problem(
        code="E1202",
        message=f"environment `{environment.name}`: `{environment.endpoint}` is no endpoint",
        hint=meant(environment.endpoint, words)
        or f"write a URL that begins with `https://`, or one of {listed(sorted(words))}",
        origin=environment.locate(("endpoint",)),
    )
    raise Invalid(excerpted(root, (problem,)))


def _store(surroundings: Surroundings, root: Path, documents: Documents) -> Store:
    return Store(
        folder=_state_folder(root, documents),
        lineage=surroundings.lineage,
        fresh_key=surroundings.key,
        disk=surroundings.disk or DISK,
    )
