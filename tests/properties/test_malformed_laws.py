"""Whatever is done to a good stack, it is read, or refused with a place; never a traceback."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import effort
from tests.support.malformed_folders import SETTINGS as SOUND
from tests.support.spoken import complaints, said

EXAMPLES = effort.examples(200, 5_000, soak=20_000)
STACK = b"""\
# A stack with a little of everything.
locals:
  suffix: "${vars.labels.a}"
resources:
  permission:
    read_reports: {name: reports.read, description: Read any report}
    write_reports:
      name: "reports.write"
  role:
    analyst:
      name: Analyst
      description: >-
        Reads reports of
        ${environment.name}
      permissions: ["${permission.read_reports.name}", reports.write]
      depends_on: [permission.write_reports]
      lifecycle: {prevent_destroy: true, ignore_changes: [description]}
  tenant:
    customer:
      for_each: ${vars.labels}
      when: ${each.key != "z" && vars.seats > 1}
      name: ${each.value} ${locals.suffix}
      self_provisioning_domains: ["${each.key}.example"]
      attributes: &attributes {crm: "1", size: 1.5, big: true}
      default_roles: ["${role.analyst.name}"]
    acme:
      name: Acme
      attributes: *attributes
      parent: ${tenant.customer["a"].id}
outputs:
  ids: {value: "${tenant.customer.map(k, tenant.customer[k].name)}", description: Names}
moved: [{from: tenant.old, to: tenant.acme}]
removed:
  - {from: role.legacy, destroy: false}
imports: [{to: permission.read_reports, id: P1}]
checks:
  - name: there is a customer
    assert: ${size(tenant.customer) > 0}
    message: nobody to serve
"""
SETTINGS = SOUND.read_bytes()
PIECES = [
    *b"\t\n :-[]{}\"'$#&*!|>%@`,?~\\\0\xff\xe2",
    *range(0x20, 0x7F, 7),
]
WORDS = [
    b"${", b"}", b"${}", b"${vars.", b"null", b"~", b"---\n", b"<<: ", b"*a", b"&a ", b"!!str ",
    b"secret('env:X')", b"file('/etc/passwd')", b"json('[')", b".inf", b"0x", b"1e999", b"  ",
    b"for_each: ", b"when: ", b"lifecycle: ", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"each.key",
    b"(" * 70, b"[" * 70, b"tenant.customer", b"\n", b"- ", b": ", b"9" * 30, b"%YAML 1.1\n",
]  # fmt: skip


@st.composite
def changes(draw: st.DrawFn, original: bytes) -> bytes:
    """Change a file a few times: bytes, cuts, words, lines moved and repeated."""
    data = original
    for _ in range(draw(st.integers(1, 4))):
        data = draw(st.sampled_from([_byte, _cut, _word, _line]))(draw, data)
    return data


def _place(draw: st.DrawFn, data: Sequence[object]) -> int:
    return draw(st.integers(0, max(len(data) - 1, 0)))


def _byte(draw: st.DrawFn, data: bytes) -> bytes:
    at = _place(draw, data)
    return data[:at] + bytes([draw(st.sampled_from(PIECES))]) + data[at + 1 :]


def _cut(draw: st.DrawFn, data: bytes) -> bytes:
    at = _place(draw, data)
    return data[:at] + data[at + draw(st.integers(1, 40)) :]


def _word(draw: st.DrawFn, data: bytes) -> bytes:
    at = _place(draw, data)
    return data[:at] + draw(st.sampled_from(WORDS)) + data[at:]


def _line(draw: st.DrawFn, data: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    line = lines.pop(_place(draw, lines)) if lines else b""
    indented = b" " * draw(st.integers(0, 6)) + line.lstrip()
    lines.insert(_place(draw, lines), draw(st.sampled_from([line, line + line, indented])))
    return b"".join(lines)


def _judged(*, settings_file: bytes, stack: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "dstate.yaml").write_bytes(settings_file)
        (folder / "stack.yaml").write_bytes(stack)
        came = said(["validate"], folder=folder)
    assert came.status in {0, 1, 64}, came.err
    found = complaints(came.err)
    assert bool(found) == (came.status != 0)
    if came.status == 1:
        assert [one for one in found if not one.line or not one.file] == []
    assert "E0001" not in {one.code for one in found}


def test_the_stack_is_good_as_it_stands() -> None:
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "dstate.yaml").write_bytes(SETTINGS)
        (Path(name) / "stack.yaml").write_bytes(STACK)
        came = said(["validate"], folder=Path(name))
    assert came.status == 0, came.err


@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.too_slow])
@given(changes(STACK))
def test_a_changed_stack_is_read_or_refused_with_a_place(stack: bytes) -> None:
    _judged(settings_file=SETTINGS, stack=stack)


@settings(max_examples=EXAMPLES // 2, suppress_health_check=[HealthCheck.too_slow])
@given(changes(SETTINGS))
def test_changed_settings_are_read_or_refused_with_a_place(settings_file: bytes) -> None:
    _judged(settings_file=settings_file, stack=STACK)


@settings(max_examples=EXAMPLES // 2, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=300))
def test_anything_at_all_is_read_or_refused_with_a_place(data: bytes) -> None:
    _judged(settings_file=SETTINGS, stack=data)


@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.text(
        st.sampled_from("${}()[].\"'+-*/!?:&|<>=, \\\n0123456789varslbeocthinkyfu_"), max_size=60
    )
)
def test_any_expression_is_answered_or_refused_with_a_place(text: str) -> None:
    quoted = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    stack = f'locals: {{a: "${{{quoted}}}"}}\n'.encode()
    _judged(settings_file=SETTINGS, stack=stack)
