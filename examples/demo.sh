#!/bin/sh
# The main job, on the embedded emulator: from YAML to a plan. Nothing leaves this machine.
set -eu
cd "$(dirname "$0")/.."

say() { printf '\n\033[1m%s\033[0m\n' "$1"; }
run() { printf '$ %s\n' "$*"; "$@"; }
[ -t 1 ] && [ -z "${NO_COLOR:-}" ] || say() { printf '\n%s\n' "$1"; }

say '1. The stack in examples/acme is checked; nobody is asked anything.'
run dstate validate --env staging

say '2. What would change in the project? The plan is saved, sealed and complete.'
run dstate plan --env staging -out plan.json

say '3. A saved plan can be read again, by people and by machines.'
printf '$ dstate show --json plan.json | python -m json.tool | head -n 12\n'
dstate show --json plan.json | python -m json.tool | head -n 12

say '4. Why is a role planned as it is, and who would feel a change of a permission?'
run dstate why role.editor --env staging
run dstate impact permission.read_reports --env staging

say '5. What may a tenant say about its domains?'
run dstate explain tenant.self_provisioning_domains

say '6. A mistake is told with its place, before anything is asked or written.'
broken=$(mktemp -d)
trap 'rm -rf "$broken" plan.json' EXIT
cp -R examples/quickstart/. "$broken"
sed 's/permission.read_reports.name/permission.read_report.name/' \
    examples/quickstart/stack.yaml > "$broken/stack.yaml"
printf '$ dstate validate   # in a copy of examples/quickstart with a typing mistake\n'
dstate -C "$broken" validate || printf '(exit status %s)\n' "$?"

say 'From here: edit examples/acme, then `dstate plan` in this folder.'
