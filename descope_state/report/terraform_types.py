"""The type of a value as Terraform spells types in JSON: readers want it beside every output."""

from descope_state.report.json_text import Json


def type_of(value: Json) -> Json:
    """Spell the type of a value; a null has none that anybody knows."""
    match value:
        case bool():
            return "bool"
        case int() | float():
            return "number"
        case str():
            return "string"
        case list():
            return ["tuple", [type_of(each) for each in value]]
        case dict():
            return ["object", {name: type_of(each) for name, each in value.items()}]
        case None:
            return "dynamic"
