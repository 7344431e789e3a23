# What an organisation may demand of a plan, whoever made it.
package policy

import rego.v1

deny contains message if {
	some row in input.resource_changes
	"delete" in row.change.actions
	message := sprintf("%s is deleted", [row.address])
}

deny contains message if {
	some row in input.resource_changes
	row.type in {"label", "role"}
	"create" in row.change.actions
	object.get(row.change.after, "description", "") == ""
	not object.get(row.change.after_unknown, "description", false)
	message := sprintf("%s has no description", [row.address])
}

deny contains message if {
	some row in input.resource_changes
	some name, hidden in row.change.after_sensitive
	hidden == true
	row.change.after[name] != null
	message := sprintf("%s shows its %s", [row.address, name])
}

evaluated := count(input.resource_changes)
