"""Turns the blocks of a stack into the resources it wants, in an order that respects every edge.

Everything that can be known without asking the service is evaluated here; what cannot stays
behind as `Unknown` for the planner. All problems are found before any is raised.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from descope_state.core.claims import twins
from descope_state.core.compiling import (
    BROKEN,
    Compiled,
    Compiler,
    Form,
    conversion,
    expression_problem,
    failing,
    filled,
    nearest,
)
from descope_state.core.declarations import Declarations, declarations
from descope_state.core.expressions import ExpressionError, exact_refs
from descope_state.core.implying import implied
from descope_state.core.locals import Locals
from descope_state.core.plain import spoken
from descope_state.core.ports import Sources
from descope_state.core.references import References, named
from descope_state.core.scope import Anything, View, World
from descope_state.errors import WITHHELD, Invalid, Problem
from descope_state.frozen import dataclass
from descope_state.model.address import Address
from descope_state.model.nearness import meant
from descope_state.model.resource import ORDINARY, Desired
from descope_state.model.stack import Documents
from descope_state.model.value import Path, Ref, Unknown, Value
from descope_state.sdk.catalog import Catalog

_WORTH_NARROWING = 2
# Nobody reads more, and instances of one mistake come by the thousand.
_MOST_PROBLEMS = 500
_MOST_INSTANCES = 50
_MOST_UNKNOWN = 100
_ENOUGH = f"there are more than {_MOST_PROBLEMS} problems; this is the last one that was looked at"
_KEYS = "`for_each` takes a map, or a list of texts that differ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """What a stack wants of one environment, dependencies before their dependents."""

    desired: tuple[Desired, ...]
    declarations: Declarations
    roots: Mapping[str, Mapping[str, Value]]
    sources: Sources
    repeated: frozenset[Address]
    warnings: tuple[Problem, ...] = ()


def resolve(documents: Documents, catalog: Catalog, *, sources: Sources) -> Resolution:
    """Resolve a stack, or raise every problem it has."""
    # Instances of one block make the same mistakes at the same places; each is told once.
    found: dict[Problem, None] = {}

    def report(problem: Problem) -> None:
        found[problem] = None
        if len(found) >= _MOST_PROBLEMS:
            raise Invalid([*found, replace(problem, message=_ENOUGH, hint="", code="E1399")])

    resolution = _Resolver(documents, catalog, sources=sources, report=report).run()
    if found:
        raise Invalid(found)
    return resolution


class _Resolver:
    def __init__(
        self,
        documents: Documents,
        catalog: Catalog,
        *,
        sources: Sources,
        report: Callable[[Problem], None],
    ) -> None:
        self._documents = documents
        self._catalog = catalog
        self._report = report
        self._sources = sources
        self._compiler = Compiler(catalog, report=report)
        self._locals = Locals(documents.locals, compiler=self._compiler)
        self._roots = self._make_roots()
        self._world = World(roots=self._roots, sources=sources)
        self._locals.bind(self._world)
        self._compiled: dict[Address, Compiled] = {}
        self._references = References(self._compiled, self._locals, report=report)
        self._broken = self._references.broken
        self._instances: dict[Address, tuple[Address, ...]] = {}
        self._desired: list[Desired] = []
        self._blamed = 0
        self._excluded = frozenset(documents.environment.exclude)

    def _make_roots(self) -> dict[str, Mapping[str, Value]]:
        environment = self._documents.environment
        return {
            "vars": self._documents.variables,
            "environment": {
                "name": environment.name,
                "protected": environment.protected,
                "project_id": environment.project_id,
            },
            "locals": self._locals,
        }

    def run(self) -> Resolution:
        for block in self._documents.blocks:
            compiled = self._compiler.block(block)
            if compiled is not None:
                self._compiled[compiled.address] = compiled
            else:
                self._references.lost.add(Address(block.kind, block.name))
        self._check_excluded()
        order = self._references.order()
        for address in self._broken - self._compiled.keys():
            self._world.put(address.kind, address.name, view=Anything())
        for address in order:
            self._resolve_block(self._compiled[address])
        self._check_locals()
        stated = declarations(
            self._documents,
            compiler=self._compiler,
            world=self._world,
            blocks=self._compiled,
            report=self._report,
        )
        self._check_identities()
        return Resolution(
            desired=implied(self._desired, self._catalog),
            declarations=stated,
            roots=self._roots,
            sources=self._sources,
            repeated=frozenset(
                address for address, compiled in self._compiled.items() if compiled.repeated
            ),
            warnings=self._documents.warnings,
        )

    # -- instances -----------------------------------------------------------------------------

    def _resolve_block(self, compiled: Compiled) -> None:
        address = compiled.address
        if address not in self._references.circling:
            resolve = self._resolve_instances if compiled.repeated else self._resolve_one
            resolve(compiled, needs=self._instance_edges(compiled))
        if address in self._broken:
            self._world.put(address.kind, address.name, view=Anything())

    def _resolve_one(self, compiled: Compiled, *, needs: tuple[Address, ...]) -> None:
        address = compiled.address
        desired = self._instance(compiled, address, world=self._world, needs=needs)
        self._instances[address] = (address,) if desired else ()
        if desired is None:
            self._world.leave_out(address.kind, address.name)
        else:
            view = View(compiled.described.schema, desired.attributes)
            self._world.put(address.kind, address.name, view=view)

    def _resolve_instances(self, compiled: Compiled, *, needs: tuple[Address, ...]) -> None:
        address = compiled.address
        views: dict[str, View] = {}
        before = self._blamed
        for key, value in self._keys(compiled):
            if self._blamed - before > _MOST_INSTANCES:
                break  # The rest would be told the same.
            each = self._world.within({"key": key, "value": value})
            instance = Address(address.kind, address.name, key)
            exact = self._exact_edges(compiled, each, needs=needs)
            desired = self._instance(compiled, instance, world=each, needs=exact)
            if desired is not None:
                views[key] = View(compiled.described.schema, desired.attributes)
        self._instances[address] = tuple(Address(address.kind, address.name, key) for key in views)
        self._world.put(address.kind, address.name, view=views)

    def _instance_edges(self, compiled: Compiled) -> tuple[Address, ...]:
        if not compiled.templates and not compiled.depends_on and compiled.lifecycle is ORDINARY:
            return ()
        needs: set[Address] = set()
        for _, ref in self._references.refs(compiled):
            needs.update(self._targets(Address(ref.kind, ref.name), ref.key))
        if compiled.depends_on or compiled.lifecycle is not ORDINARY:
            for _, address in named(compiled):
                needs.update(self._targets(address.block, address.key))
        return tuple(sorted(needs)) if len(needs) > 1 else tuple(needs)

    def _exact_edges(
        self, compiled: Compiled, world: World, *, needs: tuple[Address, ...]
    ) -> tuple[Address, ...]:
        """Narrow the edges of one instance: `tenant.customer[each.key]` is one of them, not all."""
        if len(needs) < _WORTH_NARROWING:
            return needs
        refs: set[Ref] = set()
        for template in compiled.templates:
            try:
                refs.update(exact_refs(template, world))
            except (ExpressionError, LookupError):
                return needs  # Evaluating it will tell what is wrong.
            refs.update(ref for name in template.locals for ref in self._locals.refs(name))
        referred = (Address(ref.kind, ref.name, ref.key) for ref in refs)
        declared = (address for _, address in named(compiled))
        exact = {
            target
            for address in (*referred, *declared)
            for target in self._targets(address.block, address.key)
        }
        return tuple(sorted(exact))

    def _targets(self, block: Address, key: str | None) -> tuple[Address, ...]:
        instances = self._instances.get(block, ())
        if key is None:
            return instances
        return tuple(address for address in instances if address.key == key)

    def _keys(self, compiled: Compiled) -> Iterator[tuple[str, Value]]:
        value = self._meta(compiled, "for_each", form=compiled.for_each, world=self._world)
        match value:
            case dict():
                yield from ((key, value[key]) for key in sorted(value))
            case list() if all(isinstance(item, str) for item in value):
                yield from self._unique(compiled, [str(item) for item in value])
            case list():
                self._no_keys(compiled, value)
            case Unknown():
                self._not_yet(compiled, "for_each", value=value)
            case _:
                self._wrong(compiled, ("for_each",), message=f"{_KEYS}, not {spoken(value)}")

    def _no_keys(self, compiled: Compiled, value: list[Value]) -> None:
        """Say what in a list cannot be a key."""
        index, item = next(pair for pair in enumerate(value) if not isinstance(pair[1], str))
        if isinstance(item, Unknown):
            self._not_yet(compiled, "for_each", value=item)
        else:
            message = f"{_KEYS}, but this list holds {spoken(item)}"
            self._wrong(compiled, ("for_each", index), message=message)

    def _unique(self, compiled: Compiled, keys: list[str]) -> Iterator[tuple[str, Value]]:
        counts = Counter(keys)
        if len(counts) < len(keys):
            twice = min(key for key, count in counts.items() if count > 1)
            self._wrong(
                compiled, ("for_each",), message=f"`for_each` names `{twice}` more than once"
            )
            return
        yield from ((key, key) for key in sorted(keys))

    def _meta(self, compiled: Compiled, name: str, *, form: Form, world: World) -> Value:
        try:
            return filled(form, world)
        except ExpressionError as error:
            self._blame(compiled, expression_problem(error, (name,), locate=compiled.locate))
            return BROKEN

    def _blame(self, compiled: Compiled, problem: Problem) -> None:
        self._blamed += 1
        self._broken.add(compiled.address)
        self._report(problem)

    def _not_yet(self, compiled: Compiled, name: str, *, value: Unknown) -> None:
        blocks = {Address(ref.kind, ref.name) for ref in value.refs}
        if not blocks or blocks & self._broken:
            self._broken.add(compiled.address)  # The one it waits for has been told about.
            return
        waits = ", ".join(f"`{ref.kind}.{ref.name}`" for ref in value.refs)
        self._blame(
            compiled,
            Problem(
                code="E1320",
                message=f"{compiled.address}: `{name}` must be known when planning, but"
                f" `{value.expression}` is known only after apply",
                origin=compiled.locate((name,)),
                hint=f"use only variables and what the stack states; it waits for {waits}",
            ),
        )

    def _wrong(self, compiled: Compiled, path: Path, *, message: str) -> None:
        self._blame(
            compiled,
            Problem(
                code="E1321",
                message=f"{compiled.address}: {message}",
                origin=compiled.locate(path),
            ),
        )

    def _instance(
        self,
        compiled: Compiled,
        address: Address,
        *,
        world: World,
        needs: tuple[Address, ...],
    ) -> Desired | None:
        if self._excluded and {str(address), str(address.block)} & self._excluded:
            return None
        if compiled.when is not None and not self._wanted(compiled, world):
            return None
        desired = Desired(
            address=address,
            provider=compiled.described.schema.provider,
            attributes=self._attributes(compiled, world),
            depends_on=needs,
            lifecycle=compiled.lifecycle,
            locate=compiled.locate,
        )
        self._desired.append(desired)
        return desired

    def _wanted(self, compiled: Compiled, world: World) -> bool:
        value = self._meta(compiled, "when", form=compiled.when, world=world)
        if isinstance(value, Unknown):
            self._not_yet(compiled, "when", value=value)
            return False
        if not isinstance(value, bool):
            message = f"`when` must come to true or false, not {spoken(value)}"
            self._wrong(compiled, ("when",), message=message)
            return False
        return value

    def _attributes(self, compiled: Compiled, world: World) -> dict[str, Value]:
        attributes: dict[str, Value] = {}
        for name, form in compiled.fields.items():
            try:
                attributes[name] = form if type(form) is str else filled(form, world)
            except ExpressionError:
                attributes[name] = BROKEN
                for path, error in failing(form, world, path=(name,)):
                    self._blame(compiled, expression_problem(error, path, locate=compiled.locate))
        unknown = [name for name in attributes if name not in compiled.described.schema.fields]
        for name in unknown[_MOST_UNKNOWN:]:
            del attributes[name]
        checked = compiled.described.check(attributes)
        for complaint in checked.complaints:
            self._blame(
                compiled,
                Problem(
                    code="E1340",
                    message=f"{compiled.address}: {complaint.message}",
                    origin=nearest(compiled.locate, complaint.path),
                    hint=conversion(complaint, compiled) or complaint.hint,
                    excerpt=WITHHELD if complaint.in_clear else "",
                ),
            )
        return checked.attributes

    # -- the whole -----------------------------------------------------------------------------

    def _check_excluded(self) -> None:
        environment = self._documents.environment
        for index, text in enumerate(environment.exclude):
            if Address.parse(text).block not in self._compiled:
                self._report(
                    Problem(
                        code="E1312",
                        message=f"`{environment.name}` excludes `{text}`, which the stack does not"
                        " have",
                        origin=environment.locate(("exclude", index)),
                        hint=meant(text, [str(address) for address in self._compiled]),
                    )
                )

    def _check_locals(self) -> None:
        """Evaluate the locals that nothing uses, for their mistakes."""
        absent = {block for block, instances in self._instances.items() if not instances}
        # One that needs what this environment does not have waits for one that has it.
        waiting = self._locals.needing(absent)
        for name in self._locals:
            if name not in waiting:
                self._locals[name]

    def _check_identities(self) -> None:
        sound = (
            (desired, desired.attributes)
            for desired in self._desired
            if desired.address.block not in self._broken
        )
        for problem in twins(sound, self._catalog):
            self._report(problem)
