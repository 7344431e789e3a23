#!/bin/sh
# The main job, on the embedded emulator: plan, apply, drift. Nothing leaves this machine.
set -eu
cd "$(dirname "$0")/.."

say() { printf '\n\033[1m%s\033[0m\n' "$1"; }
run() { printf '$ %s\n' "$*"; "$@"; }
[ -t 1 ] && [ -z "${NO_COLOR:-}" ] || say() { printf '\n%s\n' "$1"; }

# A copy, so that the demonstration can be run again, and leaves nothing behind.
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cp -R examples/acme/. "$place"
cd "$place"

say '1. The stack is checked; nobody is asked anything.'
run dstate validate --env staging

say '2. What would change in the project? The plan is saved, sealed and complete.'
run dstate plan --env staging -out plan.json

say '3. What was reviewed is what is applied: each call written down before it is sent.'
run dstate apply plan.json

say '4. Planned again: there is nothing to do. And the plan that was applied is stale now.'
run dstate plan --env staging
printf '$ dstate apply plan.json\n'
dstate apply plan.json || printf '(exit status %s)\n' "$?"

say '5. Somebody with the console changes a role and deletes a list. Who notices?'
role='{"name": "Analyst", "newName": "Analyst", "description": "Reads and shreds"}'
run dstate emulator call POST /v1/mgmt/role/update "$role" --env staging --as ana > /dev/null
list=$(dstate state show --env staging list.office | sed -n 's/.*\(LI[0-9]*\).*/\1/p' | head -n 1)
run dstate emulator call POST /v1/mgmt/list/delete "{\"id\": \"$list\"}" --env staging --as ana
run dstate drift --env staging || printf '(exit status %s: drift)\n' "$?"

say '6. The next apply sets it back.'
run dstate apply --env staging -auto-approve
run dstate drift --env staging

say '7. What is remembered, and what was done?'
run dstate output --env staging
run dstate runs list --env staging

say '8. A mistake is told with its place, before anything is asked or written.'
sed 's/permission.read_reports.name/permission.read_report.name/' resources/roles.yaml > wrong
cp wrong resources/roles.yaml && rm wrong
printf '$ dstate validate   # with a typing mistake in resources/roles.yaml\n'
dstate validate || printf '(exit status %s)\n' "$?"

say 'From here: edit examples/acme, then `dstate plan` in this folder.'
