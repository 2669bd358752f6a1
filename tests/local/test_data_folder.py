import json
import os
import stat
from pathlib import Path

import pytest

from deploy.local.folder import DataFolder, data_folder
from deploy.local.refusals import Refused


def test_the_environment_names_the_folder_and_the_checkout_has_a_default(tmp_path: Path):
    assert data_folder({"MAILLAGE_DATA": str(tmp_path / "here")}).path == tmp_path / "here"
    assert data_folder({}).path == Path(__file__).parents[2] / "var"
    assert data_folder({"MAILLAGE_DATA": ""}).path == Path(__file__).parents[2] / "var"


def test_a_secret_is_generated_once_and_readable_by_its_owner_only(tmp_path: Path):
    folder = DataFolder(tmp_path / "data")
    folder.prepare()
    first = folder.secret("identity")

    assert folder.secret("identity") == first != folder.secret("gateway")
    assert len(first) >= 32
    assert DataFolder(tmp_path / "data").secret("identity") == first
    assert stat.S_IMODE((tmp_path / "data" / "secrets.json").stat().st_mode) == 0o600


def test_a_folder_held_by_one_is_not_given_to_another(tmp_path: Path):
    folder = DataFolder(tmp_path)
    folder.prepare()
    hold = folder.hold("up")
    assert hold is not None
    with hold:
        assert folder.hold("status") is None
        holder = folder.holder()
        assert holder is not None
        assert (holder.pid, holder.command) == (os.getpid(), "up")
    assert folder.holder() is None
    again = folder.hold("status")
    assert again is not None
    with again:
        pass


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path):
    (tmp_path / "thesis.odt").touch()
    with pytest.raises(Refused, match="was not made by Maillage"):
        DataFolder(tmp_path).prepare()
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.odt"]


def test_a_folder_of_another_layout_is_refused(tmp_path: Path):
    (tmp_path / "maillage-data").write_text("7\n")
    with pytest.raises(Refused, match="another version of Maillage"):
        DataFolder(tmp_path).prepare()


def test_a_file_in_the_place_of_the_folder_is_refused_by_name(tmp_path: Path):
    (tmp_path / "data").write_text("not a folder")
    with pytest.raises(Refused, match=f"{tmp_path}/data cannot be used .* MAILLAGE_DATA"):
        DataFolder(tmp_path / "data").prepare()


def test_a_folder_that_cannot_be_written_is_refused():
    # /proc refuses new entries to everybody, root included, as a read-only disk does.
    with pytest.raises(Refused, match="/proc/maillage cannot be used"):
        DataFolder(Path("/proc/maillage")).prepare()


def test_spoilt_secrets_are_never_replaced_by_new_ones(tmp_path: Path):
    folder = DataFolder(tmp_path)
    folder.prepare()
    folder.secret("postgres")
    (tmp_path / "secrets.json").write_text("{half")
    with pytest.raises(Refused, match=r"secrets\.json cannot be read"):
        folder.secret("postgres")
    assert (tmp_path / "secrets.json").read_text() == "{half"


def test_secrets_are_whole_or_absent(tmp_path: Path):
    folder = DataFolder(tmp_path)
    folder.prepare()
    (tmp_path / "secrets.json.partial").write_text("{half")  # a start that was interrupted
    kept = folder.secret("postgres")
    assert json.loads((tmp_path / "secrets.json").read_text()) == {"postgres": kept}
