"""Values that the service would refuse, refused by the plan where they stand."""

from pathlib import Path

import pytest

from tests.support.spoken import said

SETTINGS = "dstate: 1\nname: strict\nenvironments: {local: {endpoint: emulator}}\n"


@pytest.mark.parametrize(
    ("block", "place", "words"),
    [
        (
            "list: {l: {name: L, type: ips, entries: [10.0.0.1, hello, there]}}",
            ("2:54", "2:61"),
            "`entries[1]`: `hello` is neither an IP address nor a range",
        ),
        (
            "list: {l: {name: L, type: json, entries: [a]}}",
            ("2:44",),
            "`entries`: a list of `type: json` has a `document` instead of `entries`",
        ),
        (
            "access_key: {k: {name: K, permitted_ips: [office]}}",
            ("2:45",),
            "`permitted_ips[0]`: `office` is neither an IP address",
        ),
        (
            'sso_application: {a: {name: A, type: oidc, login_page_url: ""}}',
            ("2:62",),
            "`login_page_url` must have at least 1 character",
        ),
        (
            "user_attribute: {a: {name: a, type: string, options: [{value: x}]}}",
            ("2:56",),
            "`options`: `options` are for",
        ),
        (
            'fga_schema: {f: {dsl: "model AuthZ 1.0\\ntype doc\\nrelaton a: b"}}',
            ("2:25",),
            "`relaton a: b` is no line of an FGA schema",
        ),
        (
            "flow: {f: {id: f, definition: {contents: {}, metadata: {name: 3}}}}",
            ("2:33",),
            "the `name` in the `metadata` of a flow must be text",
        ),
    ],
)
def test_a_value_is_refused_where_it_stands(
    tmp_path: Path, block: str, place: tuple[str, ...], words: str
) -> None:
    (tmp_path / "dstate.yaml").write_text(SETTINGS)
    (tmp_path / "a.yaml").write_text(f"resources:\n  {block}\n")
    came = said(["plan"], folder=tmp_path, environ={})
    assert came.status == 1
    assert words in " ".join(came.err.split())
    for each in place:
        assert f"at a.yaml:{each}\n" in came.err, came.err
