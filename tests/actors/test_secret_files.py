"""Passwords and keys in files: readable by their owner alone, whole or not at all."""

import logging
import stat
from pathlib import Path

import pytest

from ocppsim.actors import secret_files

SECRETS = {"password": "hunter2 and more of it"}


def test_what_was_written_is_read_and_belongs_to_its_station(tmp_path: Path) -> None:
    secret_files.write(tmp_path / "secrets", "CS/1", SECRETS)
    secret_files.write(tmp_path / "secrets", "CS/1", {"password": "another"})
    assert secret_files.read(tmp_path / "secrets", "CS/1") == {"password": "another"}
    assert secret_files.read(tmp_path / "secrets", "CS/2") == {}
    (file,) = (tmp_path / "secrets").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("text", ["", "{", "[]", '{"secrets": 7}', '{"secrets": {"password": "hunter2"'])
def test_what_is_damaged_is_left_out_and_not_quoted(
    tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    secret_files.write(tmp_path, "CS-1", SECRETS)
    (file,) = tmp_path.iterdir()
    file.write_text(text)
    with caplog.at_level(logging.WARNING):
        assert secret_files.read(tmp_path, "CS-1") == {}
    assert "hunter2" not in caplog.text


def test_a_write_that_fails_leaves_the_old(tmp_path: Path) -> None:
    secret_files.write(tmp_path, "CS-1", SECRETS)
    (file,) = tmp_path.iterdir()
    file.with_suffix(".json.new").mkdir()
    with pytest.raises(OSError, match=r"\.new"):
        secret_files.write(tmp_path, "CS-1", {"password": "another"})
    assert secret_files.read(tmp_path, "CS-1") == SECRETS
