"""The stack of the demonstration: small enough to be read at once, with a little of each sort."""

FILES = {
    "dstate.yaml": """\
# The demonstration of dstate, on the embedded emulator: nothing here can be broken.
dstate: 1
name: demo
environments:
  local: {endpoint: emulator}
safety: {max_deletes: 5}
# What dstate remembers is in this folder too, wherever the folder is.
backend: {type: local, path: state}
""",
    "resources/roles.yaml": """\
resources:
  permission:
    read_reports: {name: reports.read, description: Read any report}
    write_reports: {name: reports.write, description: Write reports}

  role:
    analyst:
      name: Analyst
      description: Reads reports
      permissions: ["${permission.read_reports.name}"]
    editor:
      name: Editor
      description: Reads and writes reports
      permissions:
        - ${permission.read_reports.name}
        - ${permission.write_reports.name}
""",
    "resources/tenants.yaml": """\
resources:
  tenant:
    acme:
      id: acme
      name: Acme
      self_provisioning_domains: [acme.example]
      default_roles: ["${role.analyst.name}"]
    globex:
      id: globex
      name: Globex
      self_provisioning_domains: [globex.example]
      default_roles: ["${role.editor.name}"]

  list:
    office: {name: office, type: ips, description: Our own offices, entries: ["192.0.2.0/24"]}
""",
}
