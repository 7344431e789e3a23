"""What refers to what among the blocks of a stack, and the order that follows from it."""

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise

from descope_state.core.compiling import Compiled, Form
from descope_state.core.expressions import Template
from descope_state.core.graph import Cycle, ordered
from descope_state.core.locals import Locals
from descope_state.errors import Problem
from descope_state.model.address import Address
from descope_state.model.nearness import meant
from descope_state.model.value import Path, Ref

# Finding the next circle costs a walk over all that is left.
_MOST_CYCLES = 10
# Finding what was meant costs a comparison with all there is.
_MOST_HINTS = 5


class References:
    """The references of all blocks of a stack."""

    def __init__(
        self,
        compiled: Mapping[Address, Compiled],
        locals_: Locals,
        *,
        report: Callable[[Problem], None],
    ) -> None:
        self._compiled = compiled
        self._locals = locals_
        self._report = report
        self._hints = _MOST_HINTS
        self.broken: set[Address] = set()
        self.circling: set[Address] = set()
        self.lost: set[Address] = set()

    def order(self) -> tuple[Address, ...]:
        """Give the blocks so that each comes after what it needs, those that circle first."""
        edges = {address: self._needs(one) for address, one in self._compiled.items()}
        circling: dict[Address, None] = {}
        for _ in range(_MOST_CYCLES):
            rest = [address for address in self._compiled if address not in circling]
            try:
                return (
                    *circling,
                    *ordered(rest, {one: edges[one] - circling.keys() for one in rest}),
                )
            except Cycle as cycle:
                self._report(self._cycle_problem(cycle.path))
                circling.update(dict.fromkeys(cycle.path))
                self.circling.update(cycle.path)
                self.broken.update(cycle.path)
        return ()

    def refs(self, compiled: Compiled) -> Iterator[tuple[Template, Ref]]:
        """Give every reference of a block, those of the locals it uses included."""
        for template in compiled.templates:
            for ref in template.refs:
                yield template, ref
            for name in template.locals:
                for ref in self._locals.refs(name):
                    yield template, ref

    def _needs(self, compiled: Compiled) -> set[Address]:
        needs: set[Address] = set()
        for template, ref in self.refs(compiled):
            target = Address(ref.kind, ref.name)
            if target in self.lost:
                # What is wrong with it has been told.
                self.broken |= {compiled.address, target}
            elif target not in self._compiled:
                path = next(iter(_paths_of(template, compiled)), ())
                column = _column(template, ref)
                self._report(self._no_such(str(target), compiled, path=path, column=column))
                self.broken.add(target)
            else:
                needs.add(target)
                self._check_whole(compiled, template, target=target)
        for path, address in named(compiled):
            if address.block in self.lost:
                continue  # As above.
            if address.block not in self._compiled:
                self._report(self._no_such(str(address.block), compiled, path=path))
                continue
            needs.add(address.block)
            if address.key is not None and not self._compiled[address.block].repeated:
                self._report(self._no_instances(address, compiled, path=path))
        return needs

    def _check_whole(self, compiled: Compiled, template: Template, *, target: Address) -> None:
        """Refuse a whole resource as a value: it is not known before apply, and fits nothing."""
        if template.alone != (target.kind, target.name) or self._compiled[target].repeated:
            return
        self.broken.add(compiled.address)
        self._report(
            Problem(
                code="E1313",
                message=f"{compiled.address}: `{target}` is a whole resource, not a value",
                origin=compiled.locate(next(iter(_paths_of(template, compiled)), ())),
                hint=f"pick one of its fields, for instance `{target}.id`",
                inner=_column(template, Ref(target.kind, target.name)),
            )
        )

    def _no_instances(self, address: Address, compiled: Compiled, *, path: Path) -> Problem:
        self.broken.add(compiled.address)
        return Problem(
            code="E1310",
            message=f"{compiled.address} refers to `{address}`, but `{address.block}` has no"
            " instances",
            origin=compiled.locate(path),
            hint=f"write `{address.block}`, or give it a `for_each`",
        )

    def _no_such(self, name: str, compiled: Compiled, *, path: Path, column: int = 0) -> Problem:
        self.broken.add(compiled.address)
        self._hints -= 1
        known = [str(address) for address in self._compiled] if self._hints >= 0 else []
        return Problem(
            code="E1310",
            message=f"{compiled.address} refers to `{name}`, which the stack does not have",
            origin=compiled.locate(path),
            hint=meant(name, known),
            inner=column,
        )

    def _cycle_problem(self, path: tuple[Address, ...]) -> Problem:
        steps = (*path, path[0]) if path[0] != path[-1] or len(path) == 1 else path
        lines = []
        for source, target in pairwise(steps):
            where = self._compiled[source].locate(self._edge_path(source, target))
            lines.append(f"  {source} needs {target}" + (f" at {where}" if where else ""))
        first = self._compiled[steps[0]]
        return Problem(
            code="E1311",
            message="a cycle: " + " → ".join(map(str, steps)) + "\n" + "\n".join(lines),
            origin=first.locate(self._edge_path(steps[0], steps[1])),
            hint="remove one of these references",
        )

    def _edge_path(self, source: Address, target: Address) -> Path:
        compiled = self._compiled[source]
        for template, ref in self.refs(compiled):
            if (ref.kind, ref.name) == (target.kind, target.name):
                return next(iter(_paths_of(template, compiled)), ())
        return next((path for path, address in named(compiled) if address.block == target), ())


def named(compiled: Compiled) -> Iterator[tuple[Path, Address]]:
    """Give the addresses that a block names outside its expressions, and where."""
    for index, address in enumerate(compiled.depends_on):
        yield ("depends_on", index), address
    for index, ref in enumerate(compiled.lifecycle.replace_triggered_by):
        yield (
            ("lifecycle", "replace_triggered_by", index),
            Address(ref.kind, ref.name, ref.key),
        )


def _column(template: Template, ref: Ref) -> int:
    columns = (
        use.column
        for use in template.uses
        if use.resource and (use.ref.kind, use.ref.name) == (ref.kind, ref.name)
    )
    return next(columns, 0)


def _paths_of(template: Template, compiled: Compiled) -> Iterator[Path]:
    forms: list[tuple[Path, Form]] = [((name,), form) for name, form in compiled.fields.items()]
    forms += [(("for_each",), compiled.for_each), (("when",), compiled.when)]
    while forms:
        path, form = forms.pop()
        if form is template:
            yield path
        elif isinstance(form, dict):
            forms.extend(((*path, key), inner) for key, inner in form.items())
        elif isinstance(form, list):
            forms.extend(((*path, index), inner) for index, inner in enumerate(form))
