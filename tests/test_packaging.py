"""What is built is whole: the wheel and the sdist, used from another folder."""

import json
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).parent.parent
pytest.importorskip("hatchling", reason="building needs the extra test")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("built")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-d", str(folder)], cwd=ROOT, check=True)
    return folder


def unpacked(wheel, folder):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def run_from(folder, site, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "optviz", *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(site), "PYTHONSAFEPATH": "1"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@pytest.mark.slow
def test_the_wheel_works_from_another_folder(built, tmp_path):
    [wheel] = built.glob("*.whl")
    site = unpacked(wheel, tmp_path / "site")
    assert (site / "optviz" / "py.typed").is_file()
    assert not (site / "surfaces").exists(), "a package of that name exists on the index"
    listed = run_from(tmp_path, site, "list", "surfaces", "--format", "csv")
    assert len(listed.splitlines()) == 1 + len(list((ROOT / "surfaces").glob("*.py")))
    assert run_from(tmp_path, site, "gallery", "--check", "--only", "zigzag").count("ok") >= 3
    trained = json.loads(run_from(tmp_path, site, "train", "-O", "adam:lr=0.01", "--epochs", "2", "--json"))
    assert trained["data"] == "digits", "it is in the wheel"
    run_from(tmp_path, site, "animate", "--surface", "saddle", "--size", "160x120")
    with Image.open(tmp_path / "saddle.gif") as image:
        assert image.size == (160, 120)
    run_from(tmp_path, site, "animate", "--surface", "saddle", "--steps", "5", "-o", "saddle.html")
    assert (tmp_path / "saddle.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    run_from(tmp_path, site, "slides", "-o", "talk.html", "saddle.gif")
    assert "requestFullscreen" in (tmp_path / "talk.html").read_text(encoding="utf-8"), "with its script"
    where = subprocess.run(
        [sys.executable, "-c", "import optviz; print(optviz.__file__)"],
        env=os.environ | {"PYTHONPATH": str(site)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert where.stdout.startswith(str(site))


def test_the_sdist_builds_the_same_wheel(built, tmp_path):
    [sdist], [wheel] = built.glob("*.tar.gz"), built.glob("*.whl")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    [source] = tmp_path.iterdir()
    assert (source / "tests" / "test_packaging.py").is_file()
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "again")],
        cwd=source,
        check=True,
    )
    [again] = (tmp_path / "again").glob("*.whl")
    names = [sorted(zipfile.ZipFile(path).namelist()) for path in (wheel, again)]
    assert names[0] == names[1]
