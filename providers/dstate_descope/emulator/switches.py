"""What is not known of the real service: each question a switch, with the likeliest answer."""

from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """How the emulated service decides where the real one's decision is not documented."""

    refuse_unknown_fields: bool = True
    missing_delete_is_404: bool = True
    patch_empties: bool = True
    free_plan_has_sso_applications: bool = False
    flow_import_checks_references: bool = True
    company_key: bool = True
    declared_tenant_attributes: str = ""
    most_tenants: int = 0
    normalises_fga: bool = True

    def changed(self) -> dict[str, Any]:
        """Give the switches that are not where they are by default."""
        return {
            each.name: getattr(self, each.name)
            for each in fields(self)
            if getattr(self, each.name) != each.default
        }

    @property
    def tenant_attributes(self) -> tuple[str, ...] | None:
        """Name the tenants' custom attributes, or None where any may be used."""
        names = self.declared_tenant_attributes
        return tuple(filter(None, names.split(","))) if names else None


# What each switch asks, for the documentation and for `dstate emulator start --help`.
QUESTIONS = {
    "refuse_unknown_fields": "a request field that nobody knows is answered 400",
    "missing_delete_is_404": "deleting what is not there is answered 404 rather than 200",
    "patch_empties": "an empty list in a patch empties the field rather than leaving it",
    "free_plan_has_sso_applications": "the free plan may make SSO applications",
    "flow_import_checks_references": "a flow that names an unknown role is refused on import",
    "company_key": "the management key may list projects and change the project's name",
    "declared_tenant_attributes": "the custom attributes tenants may have, by commas; empty: any",
    "most_tenants": "how many tenants the plan allows; 0: any number",
    "normalises_fga": "the FGA schema comes back with its own indentation",
}
