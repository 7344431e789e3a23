"""What depends on what, in three formats."""

from descope_state.model.address import Address
from descope_state.report.graph import dot, graph_json, mermaid

A = Address("tenant", "t", 'k"\\')
B = Address("role", "r")
GRAPH = {A: [B, B]}


def test_dot_quotes_names() -> None:
    assert dot(GRAPH).splitlines()[3:] == [
        '  "role.r";',
        r'  "tenant.t[\"k\\\"\\\\\"]";',
        r'  "tenant.t[\"k\\\"\\\\\"]" -> "role.r";',
        "}",
    ]


def test_mermaid_numbers_nodes_and_spells_labels_as_entities() -> None:
    assert mermaid({B: [], A: [B]}).splitlines() == [
        "flowchart LR",
        '  n0["role.r"]',
        '  n1["tenant.t#91;#34;k#92;#34;#92;#92;#34;#93;"]',
        "  n1 --> n0",
    ]


def test_json_gives_nodes_and_edges_once() -> None:
    assert graph_json(GRAPH) == {
        "nodes": [
            {"address": "role.r", "kind": "role", "name": "r", "key": None},
            {"address": str(A), "kind": "tenant", "name": "t", "key": 'k"\\'},
        ],
        "edges": [{"from": str(A), "to": "role.r"}],
    }
