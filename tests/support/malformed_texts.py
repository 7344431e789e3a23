"""Malformed stacks whose files are no text, have no end, or say too much of the same."""

import random
from pathlib import Path

from tests.support.malformed_folders import Build, Register, write

register = Register()
_file = register.file


def _role(name: str, description: str, *told: str, more: bool = False) -> None:
    """Register a stack of one role with a description."""
    body = (
        f"resources:\n  role:\n    analyst:\n      name: Analyst\n      description: {description}"
    )
    _file(name, body + "\n", *told, more=more)


def _each(pattern: str, count: int, *, join: str = "") -> str:
    """Repeat a pattern with a number in it, and the number after it."""
    return join.join(pattern.format(n=n, next=n + 1) for n in range(count))


def _bomb(first: str, line: str, *, members: int, levels: int = 12) -> str:
    """Write aliases of aliases of aliases."""
    lines = [first]
    for level in range(1, levels):
        inner = ", ".join(line.format(n=n, below=level - 1) for n in range(members))
        brackets = "{%s}" if ":" in line else "[%s]"
        lines.append(f"a{level}: &a{level} {brackets % inner}")
    return "\n".join(lines) + "\n"


# -- bytes -------------------------------------------------------------------------------------

_NAMED = b'resources:\n  role:\n    analyst: {name: "Ana%slyst"}\n'
_file("null-byte", _NAMED % b"\0", "E1104 stack.yaml:3 U+0000")
_file("latin-1", _NAMED % b"\xe9", "E1103 stack.yaml:3 0xe9")
_file("cut-off-in-a-character", b"resources:\n  role: \xe2\x82", "E1103 stack.yaml:2 0xe2")
_file("overlong-encoding", _NAMED % b"\xc0\xaf", "E1103 stack.yaml:3 0xc0")
_file("half-a-character", _NAMED % b"\xed\xa0\x80", "E1103 stack.yaml:3 0xed")
_file("utf-16", "resources: {}\n".encode("utf-16"), "E1103 stack.yaml:1 0xff")
_file("utf-32", "resources: {}\n".encode("utf-32"), "E1103 stack.yaml:1 0xff")
_file("gzip", b"\x1f\x8b\x08\0\0\0\0\0\0\x03abc", "E1103 stack.yaml:1 0x8b")
_file("anything", random.Random(1).randbytes(50_000), "E1103 stack.yaml:1 UTF-8")
_file("many-bells", 'a: "' + "\a" * 1_000_000 + '"\n', "E1104 stack.yaml:1 U+0007", more=True)
_file("noncharacter", _NAMED % "\ufffe".encode(), "E1104 stack.yaml:3 U+FFFE")
_file("carriage-returns", b"resources:\r  rol:\r    a: {}\r", "E1301 stack.yaml:3 `rol`")
_file("byte-order-mark", b"\xef\xbb\xbfresource: {}\n", "E1201 stack.yaml:1 `resource`")
_file(
    "byte-order-mark-twice", b"\xef\xbb\xbf\xef\xbb\xbfresources: {}\n", "E1104 stack.yaml:1 U+FEFF"
)

# -- without end -------------------------------------------------------------------------------

_LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]"
_file("laughs", _bomb(_LAUGHS, "*a{below}", members=10), "E1109 stack.yaml:4 10,000")
_file(
    "laughs-in-maps",
    _bomb("a0: &a0 {k: v}", "k{n}: *a{below}", members=9),
    "E1109 stack.yaml:5 10,000",
)
_file(
    "aliases-of-one",
    "a: &a " + "x" * 100_000 + f"\nb: [{_each('*a', 20_000, join=', ')}]\n",
    "E1109 stack.yaml:2 10,000",
)
_file("lists-in-lists", "resources: " + "[" * 3_000 + "]" * 3_000, "E1114 stack.yaml:1 64")
_file("lists-never-closed", "resources: " + "[" * 100_000, "E1114 stack.yaml:1 64")
_file("maps-in-maps", "resources: " + "{a: " * 3_000 + "}" * 3_000, "E1114 stack.yaml:1 64")
_file("blocks-in-blocks", "".join(" " * n + "a:\n" for n in range(3_000)), "E1114 stack.yaml:65 64")
_file("dashes-in-dashes", "- " * 3_000 + "a\n", "E1114 stack.yaml:1 64")
_file("one-million-lines", "- a\n" * 1_000_001, "E1102 stack.yaml:1 500,000 lines")
_file("blank-lines", "\n" * 9_900_000 + "a: b", "E1102 stack.yaml:1 500,000 lines")
_file("comments", "#\n" * 4_900_000, "E1102 stack.yaml:1 500,000 lines")
_file("two-million-values", "[" + "a," * 2_400_000 + "]", "E1102 stack.yaml:1 1,000,000 values")
_file("two-million-lists", "[" + "[]," * 2_400_000 + "]", "E1102 stack.yaml:1 1,000,000 values")
_file("tabs-in-many-lines", "a:\t1\n" * 30_000, "E1105 stack.yaml:1 tab", more=True)
_file("tabs-in-one-line", "a:" + "\t" * 5_000_000 + "1\n", "E1105 stack.yaml:1 tab")
_file("key-a-hundred-thousand-times", "a: 1\n" * 100_000, "E1106 stack.yaml:2 `a`", more=True)
_file(
    "key-of-a-megabyte",
    "resources:\n  role:\n    " + "k" * 1_000_000 + ": {name: A}\n",
    "E1101 stack.yaml:3 mapping values",
)
_file(
    "key-of-a-kilobyte",
    "resources:\n  role:\n    " + "K" * 1_000 + ": {name: A}\n",
    "E1204 stack.yaml:3 not a name",
)
_file(
    "text-of-nine-megabytes",
    "resources:\n  role:\n    a: {name: " + "k" * 9_000_000 + "}\n",
    "E1340 stack.yaml:3 100 characters",
)
_file("anchors", _each("k{n}: &a{n} 1\n", 20_000), "E1201 stack.yaml:1 `k0`", more=True)
_file("aliases-of-nothing", _each("k{n}: *a{n}\n", 50_000), "E1110 stack.yaml:1 `*a0`", more=True)

_NUMBER = "resources: {tenant: {a: {name: A, attributes: {x: %s}}}}"
_file("number-of-a-million-digits", _NUMBER % ("9" * 1_000_000), "E1116 stack.yaml:1 2^53")
_file(
    "hexadecimal-of-a-million-digits", _NUMBER % ("0x" + "f" * 1_000_000), "E1116 stack.yaml:1 2^53"
)
_file(
    "exponent-of-a-million-digits",
    _NUMBER % ("1e" + "9" * 1_000_000),
    "E1116 stack.yaml:1 too large",
)

# -- too much of the same ----------------------------------------------------------------------


def _repeated(name: str, values: str, field: str, *told: str, more: bool = False) -> None:
    body = f"resources:\n  tenant:\n    c:\n      for_each: [{values}]\n      {field}\n"
    _file(name, body, *told, more=more)


_repeated(
    "instances-all-wrong", _each("a{n}", 20_000, join=","), "name: 5", "E1340 stack.yaml:5 `name`"
)
_repeated(
    "instances-of-one-name",
    _each("a{n}", 5_000, join=","),
    "name: A",
    "E1341 stack.yaml:3 `A`",
    more=True,
)
_repeated("instances-of-one-key", ",".join(["a"] * 100_000), "name: A", "E1321 stack.yaml:4 `a`")
_repeated(
    "instances-each-twice",
    _each("a{n},a{n}", 25_000, join=","),
    "name: A",
    "E1321 stack.yaml:4 `a0`",
)
_repeated(
    "instances-of-numbers", ",".join(["1"] * 50_000), "name: A", "E1321 stack.yaml:4 a number"
)
_repeated(
    "instances-with-hostile-keys",
    r'"\e[2J", "\u202Eabc", "\x07"',
    "name: A",
    "E1341 stack.yaml:3 \\u001b[2J",
    "E1341 stack.yaml:3 \\u202e",
    more=True,
)
_file(
    "fields-without-end",
    "resources: {role: {a: {name: A, " + _each("k{n}: 1", 20_000, join=", ") + "}}}",
    "E1340 stack.yaml:1 `k0`",
    more=True,
)
_file(
    "resources-all-wrong",
    "resources:\n  role:\n" + _each("    r{n}: {{nme: R}}\n", 3_000),
    "E1340 stack.yaml:3 `name`",
    "E1340 stack.yaml:3 `nme`",
    more=True,
)
_file(
    "kinds-all-unknown",
    "resources:\n" + _each("  k{n}: {{a: {{name: R}}}}\n", 3_000),
    "E1301 stack.yaml:2 `k0`",
    more=True,
)
_file(
    "references-all-to-nothing",
    "resources:\n  role:\n"
    + _each(
        '    r{n}: {{name: R{n}, description: "${{{{role.x{n}.name}}}}"}}\n'.replace(
            "{{{{", "{{"
        ).replace("}}}}", "}}"),
        1_000,
    ),
    "E1310 stack.yaml:3 `role.x0`",
    more=True,
)
_file(
    "circle-of-a-thousand",
    "resources:\n  role:\n"
    + "".join(
        f'    r{n}: {{name: R{n}, description: "${{role.r{(n + 1) % 1000}.name}}"}}\n'
        for n in range(1_000)
    ),
    "E1311 stack.yaml:3 role.r0 → role.r1",
)
_file(
    "five-hundred-circles",
    "resources:\n  role:\n"
    + "".join(
        f'    r{n}: {{name: R{n}, description: "${{role.r{n ^ 1}.name}}"}}\n' for n in range(1_000)
    ),
    "E1311 stack.yaml:3 role.r0 → role.r1",
    more=True,
)
_file(
    "locals-in-a-long-chain",
    "locals:\n" + _each("  l{n}: ${{locals.l{next}}}\n", 3_000) + "  l3000: ${vars.nothing}\n",
    "E1403 stack.yaml:65 64 deep",
    more=True,
)
_file(
    "locals-in-a-long-circle",
    "locals:\n" + _each("  l{n}: ${{locals.l{next}}}\n", 2_999) + "  l2999: ${locals.l0}\n",
    "E1403 stack.yaml:65 64 deep",
    more=True,
)
_DOUBLED = "locals:\n  l0: %s\n"
_file(
    "locals-doubling-a-text",
    _DOUBLED % "xxxxxxxxxx" + _each("  l{next}: ${{locals.l{n}}}${{locals.l{n}}}\n", 40),
    "E1407 stack.yaml:19 1,000,000",
)
_file(
    "locals-adding-a-text-to-itself",
    _DOUBLED % "xxxxxxxxxx" + _each("  l{next}: ${{locals.l{n} + locals.l{n}}}\n", 40),
    "E1404 stack.yaml:19 1,000,000",
)
_file(
    "locals-adding-a-list-to-itself",
    _DOUBLED % "[a, b, c]" + _each("  l{next}: ${{locals.l{n} + locals.l{n}}}\n", 40),
    "E1404 stack.yaml:17 50,000",
)
_file(
    "locals-holding-the-other-twice",
    _DOUBLED % "[a, b, c]" + _each("  l{next}: ['${{locals.l{n}}}', '${{locals.l{n}}}']\n", 40),
    "E1407 stack.yaml:17 `locals.l15`",
)

# -- expressions -------------------------------------------------------------------------------

_role("expression-of-quotes", "'${" + '"' * 100_000 + "}'", "E1407 stack.yaml:5 too long")
_role("expression-of-openings", '"' + "${" * 100_000 + '"', "E1407 stack.yaml:5 64 deep")
_role("expression-of-slashes", '"${' + "/" * 100_000 + '}"', "E1401 stack.yaml:5 not closed")
_role(
    "expression-of-brackets",
    '"${' + "(" * 5_000 + "1" + ")" * 5_000 + '}"',
    "E1407 stack.yaml:5 64 deep",
)
_role("expression-of-nots", '"${' + "!" * 2_000 + 'true}"', "E1407 stack.yaml:5 nested too deeply")
_role(
    "expression-of-sums",
    '"${' + "+".join(["1"] * 1_500) + '}"',
    "E1407 stack.yaml:5 nested too deeply",
)
_role("expression-of-dots", '"${vars' + ".a" * 4_000 + '}"', "E1403 stack.yaml:5 `vars`")
_role(
    "expression-with-a-long-number",
    '"${1' + "0" * 5_000 + '}"',
    "E1404 stack.yaml:5 cannot be done",
)
_role(
    "expression-with-a-large-index",
    '"${vars.domains[99999999999999999999]}"',
    "E1404 stack.yaml:5 too large",
)
_role("expression-with-cyrillic", '"${vars.\u0430\u0441}"', "E1401 stack.yaml:5 does not read")
_role(
    "expression-with-a-null-character",
    "\"${vars.labels['\\0']}\"",
    "E1403 stack.yaml:5 `vars.labels`",
)
_role("expressions-by-the-thousand", '"' + "${vars.seats}" * 3_000 + '"', "E1340 stack.yaml:5 254")
_role(
    "file-with-a-null-character",
    r'''"${file('a\0b')}"''',
    "E1408 stack.yaml:5 not the name of a file",
)
_role(
    "file-with-a-long-name", f"\"${{file('{'a' * 5_000}')}}\"", "E1408 stack.yaml:5 cannot be read"
)
_role(
    "file-in-many-folders",
    f"\"${{file('{'a/' * 3_000}b')}}\"",
    "E1408 stack.yaml:5 the stack has no file",
)


def _reading(name: str, content: Build, *told: str, call: str = "file('x.txt')") -> None:
    """Register a stack with a role that reads a file of the stack."""

    def make(folder: Path) -> None:
        text = f'resources: {{role: {{a: {{name: A, description: "${{{call}}}"}}}}}}\n'
        write(folder, "stack.yaml", text)
        content(folder)

    register.made(name, *told)(make)


def _text(content: str | bytes) -> Build:
    return lambda folder: write(folder, "x.txt", content)


_JSON = "json(file('x.txt')).a"
_reading("reads-what-is-no-text", _text(b"\xff\xfe\0"), "E1408 stack.yaml:1 not UTF-8")
_reading(
    "reads-a-link-out",
    lambda folder: (folder / "x.txt").symlink_to("/etc/passwd"),
    "E1408 stack.yaml:1 outside",
)
_reading(
    "reads-a-device",
    lambda folder: (folder / "x.txt").symlink_to("/dev/zero"),
    "E1408 stack.yaml:1 outside",
)
_reading(
    "reads-through-a-link-out",
    lambda folder: (folder / "x").symlink_to("/etc"),
    "E1408 stack.yaml:1 outside",
    call="file('x/passwd')",
)
_reading("reads-nine-megabytes", _text("x" * 9_900_000), "E1340 stack.yaml:1 254")
_reading("reads-deep-json", _text("[" * 200_000), "E1408 stack.yaml:1 200 deep", call=_JSON)
_reading(
    "reads-closed-deep-json",
    _text("[" * 900 + "]" * 900),
    "E1408 stack.yaml:1 200 deep",
    call=_JSON,
)
_reading(
    "reads-a-long-number",
    _text('{"a": ' + "9" * 100_000 + "}"),
    "E1408 stack.yaml:1 2^53",
    call=_JSON,
)
_reading(
    "reads-endless-json",
    _text("[" + "1," * 4_000_000 + "1]"),
    "E1408 stack.yaml:1 250,000",
    call=_JSON,
)
_reading(
    "reads-a-bomb",
    _text(_bomb(_LAUGHS, "*a{below}", members=10)),
    "E1408 stack.yaml:1 10,000",
    call="yaml(file('x.txt')).a",
)
_reading(
    "reads-deep-yaml",
    _text("[" * 3_000),
    "E1408 stack.yaml:1 64 deep",
    call="yaml(file('x.txt')).a",
)
