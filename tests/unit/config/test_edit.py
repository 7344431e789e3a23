"""`fmt` moves lines and changes nothing that they say."""

from pathlib import Path

import pytest

from descope_state.config import yaml
from descope_state.config.edit import formatted
from descope_state.model.value import canonical

GOOD = sorted((Path(__file__).parents[2] / "corpus" / "yaml" / "good").glob("*.yaml"))

UNTIDY = b"""\
# The tenants.
resources:
    # one kind
    tenant:
        # the first
        acme:   # short
            name: Acme   \r
            domains:
            - a.example
            # last
            - "b.example"
            note: |
                kept
                  as it is   \n\
            attributes: {seats: 5,
                active: true}


    role:
          admin: {name: Admin}
outputs: {}
# about moves
moved:
- from: role.a
  to: role.b



"""

TIDY = b"""\
# The tenants.
resources:
  # one kind
  tenant:
    # the first
    acme:   # short
      name: Acme
      domains:
        - a.example
        # last
        - "b.example"
      note: |
          kept
            as it is   \n\
      attributes: {seats: 5,
          active: true}

  role:
    admin: {name: Admin}

outputs: {}

# about moves
moved:
  - from: role.a
    to: role.b
"""


def test_an_untidy_file_becomes_tidy() -> None:
    assert formatted(UNTIDY, file="x.yaml").decode() == TIDY.decode()


def test_a_tidy_file_stays_as_it_is() -> None:
    assert formatted(TIDY, file="x.yaml") == TIDY


@pytest.mark.parametrize("file", GOOD, ids=lambda file: file.stem)
def test_every_file_keeps_its_values_and_is_laid_out_once_and_for_all(file: Path) -> None:
    before = file.read_bytes()
    once = formatted(before, file="x.yaml")
    assert canonical(yaml.parse(once, file="x").data) == canonical(
        yaml.parse(before, file="x").data
    )
    assert formatted(once, file="x.yaml") == once
    assert b"\r" not in once
