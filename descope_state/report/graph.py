"""What depends on what, for Graphviz, for Mermaid and for programs.

Names are data: each format has its own way to hold any text, and its own characters that would
break out of it.
"""

from collections.abc import Collection, Iterator, Mapping

from descope_state.model.address import Address
from descope_state.report.clean import clean
from descope_state.report.json_text import Json

Graph = Mapping[Address, Collection[Address]]
"""Every address, with the addresses that it depends on."""


def dot(graph: Graph) -> str:
    """Draw a graph for Graphviz; an arrow points at what is needed first."""
    lines = [f"  {_dot_name(node)};" for node in _nodes(graph)]
    lines += [f"  {_dot_name(user)} -> {_dot_name(used)};" for user, used in _edges(graph)]
    head = ["digraph dstate {", '  rankdir="LR";', '  node [shape="box"];']
    return "\n".join([*head, *lines, "}", ""])


def mermaid(graph: Graph) -> str:
    """Draw a graph for Mermaid; nodes are numbered, since their names may hold anything."""
    numbers = {node: f"n{place}" for place, node in enumerate(_nodes(graph))}
    lines = [f'  {number}["{_mermaid_label(node)}"]' for node, number in numbers.items()]
    lines += [f"  {numbers[user]} --> {numbers[used]}" for user, used in _edges(graph)]
    return "\n".join(["flowchart LR", *lines, ""])


def graph_json(graph: Graph) -> dict[str, Json]:
    """Give a graph as nodes and edges."""
    nodes: list[Json] = [
        {"address": str(node), "kind": node.kind, "name": node.name, "key": node.key}
        for node in _nodes(graph)
    ]
    edges: list[Json] = [{"from": str(user), "to": str(used)} for user, used in _edges(graph)]
    return {"nodes": nodes, "edges": edges}


def _nodes(graph: Graph) -> list[Address]:
    return sorted({*graph, *(used for needed in graph.values() for used in needed)})


def _edges(graph: Graph) -> Iterator[tuple[Address, Address]]:
    for user in sorted(graph):
        for used in sorted(set(graph[user])):
            yield user, used


def _dot_name(address: Address) -> str:
    text = clean(str(address)).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def _mermaid_label(address: Address) -> str:
    """Spell all but plain characters as entities, which Mermaid reads in quoted labels."""
    return "".join(
        character if character.isalnum() or character in "._- " else f"#{ord(character)};"
        for character in clean(str(address))
    )
