"""What is meant by a word that nobody knows."""

from descope_state.model.nearness import listed, meant, nearest


def test_a_guess_is_made_only_where_something_is_near() -> None:
    assert nearest("tenat", ["role", "tenant"]) == "tenant"
    assert nearest("zzz", ["role", "tenant"]) is None
    assert meant("tenat", ["role", "tenant"]) == "did you mean `tenant`?"
    assert meant("zzz", ["role", "tenant"]) == ""


def test_the_guess_does_not_depend_on_an_order() -> None:
    assert nearest("rola", ["role", "roll"]) == nearest("rola", ["roll", "role"])


def test_names_are_listed_as_literals() -> None:
    assert listed(["a", "b"]) == "`a`, `b`"
    assert listed([]) == ""
