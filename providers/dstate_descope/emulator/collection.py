"""What most kinds of objects of an emulated project have in common: a table of named rows."""

from dataclasses import dataclass

from dstate_descope.emulator.request import (
    Body,
    Fields,
    Json,
    Refusal,
    Text,
    filled,
    given,
    missing,
    taken,
)
from dstate_descope.emulator.world import Row, Table, World


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """A table whose rows are made, replaced and removed by id.

    `fields` are what a request may carry besides the id, `chosen` says whether a creation may
    carry that too; a name is unique unless `unique` says otherwise.
    """

    table: str
    noun: str
    prefix: str
    fields: Fields
    required: tuple[str, ...] = ("name",)
    chosen: bool = False
    unique: bool = True

    def rows(self, world: World) -> Table:
        """Give the table."""
        return world.tables[self.table]

    def listed(self, world: World) -> list[Row]:
        """Give all rows."""
        return list(self.rows(world).values())

    def made(self, world: World, body: Json, **more: Json) -> Row:
        """Make a row, under the id that was asked for or a new one."""
        fields: Fields = {**self.fields, "id": Text()} if self.chosen else self.fields
        values = filled(body, fields, required=self.required)
        identifier = values.pop("id", "") or world.new_id(self.prefix)
        if identifier in self.rows(world):
            raise taken(identifier, noun=self.noun)
        self.check_name(world, values, but="")
        return self.put(world, {"id": identifier, **values, **more})

    def replaced(self, world: World, body: Json) -> Row:
        """Replace the fields of a row: what is not said becomes zero."""
        fields: Fields = {**self.fields, "id": Text()}
        values = filled(body, fields, required=("id", *self.required))
        row = self.row(world, values["id"])
        self.check_name(world, values, but=row["id"])
        return self.put(world, {**row, **values})

    def patched(self, world: World, body: Json, *, required: tuple[str, ...] = ()) -> Row:
        """Change the fields of a row that are present."""
        fields: Fields = {**self.fields, "id": Text()}
        values = given(body, fields, required=("id", *required))
        row = self.row(world, values["id"])
        self.check_name(world, {**row, **values}, but=row["id"])
        return self.put(world, {**row, **values})

    def removed(self, world: World, body: Json) -> Row:
        """Take a row out."""
        row = self.row(world, given(body, {"id": Text()}, required=("id",))["id"])
        del self.rows(world)[row["id"]]
        return row

    def row(self, world: World, identifier: str) -> Row:
        """Give one row; one that is not there is not found."""
        row = self.rows(world).get(identifier)
        if row is None:
            raise missing(identifier, noun=self.noun)
        return row

    def put(self, world: World, row: Row) -> Row:
        """Write a row."""
        self.rows(world)[row["id"]] = row
        return row

    def named(self, world: World, name: str) -> Row | None:
        """Give the row with a name, or None."""
        return next((row for row in self.rows(world).values() if row["name"] == name), None)

    def check_name(self, world: World, values: Body, *, but: str) -> None:
        """Refuse a name that another row has."""
        if not values["name"]:
            message = "The name field is required"
            raise Refusal(message, code="E011003")
        other = self.named(world, values["name"]) if self.unique else None
        if other is not None and other["id"] != but:
            raise taken(values["name"], noun=self.noun)
