"""What is wrong with the settings of one environment is told where it stands."""

from pathlib import Path

import pytest

from tests.support.victims import dstate, stack


@pytest.mark.parametrize("command", ["plan", "validate", "drift"])
def test_a_mistyped_endpoint_is_no_address_and_asks_for_no_credentials(
    tmp_path: Path, command: str
) -> None:
    stack(tmp_path, permissions=1)
    settings = tmp_path / "dstate.yaml"
    settings.write_text(settings.read_text().replace("emulator", "emulatr"))
    status, said = dstate(tmp_path, command)
    assert status == 1
    assert "dstate.yaml:3:" in said
    assert "did you mean `emulator`?" in said
    assert "MANAGEMENT_KEY" not in said
