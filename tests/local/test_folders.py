"""Places and secrets."""

import os

import pytest

from smartbis.local.folders import kept_secret, private_folder, runtime_folder, write_private
from smartbis.local.terminal import LocalError


def test_a_deep_data_folder_still_has_short_sockets(tmp_path):
    deep = tmp_path.joinpath(*["a-rather-long-folder-name"] * 8)
    folder = runtime_folder(deep)
    assert len(os.fsencode(folder / ".s.PGSQL.65535.lock")) <= 103
    assert folder != runtime_folder(deep / "other")
    folder.rmdir()
    runtime_folder(deep / "other").rmdir()


def test_a_folder_put_there_as_a_link_is_refused(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(LocalError, match="belongs to somebody else"):
        private_folder(tmp_path / "link")


def test_a_secret_is_made_once(tmp_path):
    first = kept_secret(tmp_path, "one")
    assert kept_secret(tmp_path, "one") == first
    assert kept_secret(tmp_path, "two") != first
    assert len(first) == 64


def test_a_private_file_replaces_an_open_one(tmp_path):
    path = tmp_path / "credentials.json"
    path.write_text("old")
    path.chmod(0o644)
    write_private(path, "new")
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o600
