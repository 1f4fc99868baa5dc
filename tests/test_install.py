"""What people install holds everything that runs: built, installed bare, and used."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.slow

Run = Callable[..., subprocess.CompletedProcess[str]]

IDENTIFIED_AS = [{"$id": "b1"}, {"$email": "betty@shop.test"}, {"$id": "b1"}]


def build(folder: Path, *what: str) -> Path:
    """Build into `folder` from the source tree and return the folder."""
    command = [sys.executable, "-m", "build", "--no-isolation", *what, "--outdir", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the sdist, and the wheel that was built from that sdist."""
    return build(tmp_path_factory.mktemp("dist"))


def contents(wheel: Path) -> dict[str, bytes]:
    """Return the files of a wheel, without its own records."""
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if ".dist-info/" not in name]
        return {name: archive.read(name) for name in names}


def expected() -> set[str]:
    """Return the path in the wheel of every file that belongs there."""
    package = [path for path in (ROOT / "idgraph").rglob("*") if path.is_file()]
    kept = [path for path in package if "__pycache__" not in path.parts]
    notebooks = [path.name for path in (ROOT / "notebooks").glob("*.ipynb")]
    assert notebooks, "there is no notebook to ship"
    return {path.relative_to(ROOT).as_posix() for path in kept} | {
        f"idgraph/notebooks/{name}" for name in notebooks
    }


def only(folder: Path, pattern: str) -> Path:
    """Return the one file in `folder` of that name."""
    (path,) = folder.glob(pattern)
    return path


def test_wheel_holds_the_package_its_assets_and_the_notebooks(built: Path) -> None:
    assert set(contents(only(built, "*.whl"))) == expected()


def test_sdist_builds_the_same_wheel_as_the_tree(built: Path, tmp_path: Path) -> None:
    from_tree = only(build(tmp_path, "--wheel"), "*.whl")
    assert contents(only(built, "*.whl")) == contents(from_tree)


def test_sdist_holds_what_its_tests_need(built: Path) -> None:
    with tarfile.open(only(built, "*.tar.gz")) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"Makefile", "README.md", "constraints.txt", "tests/conftest.py"} <= names


@pytest.fixture(scope="module")
def idgraph(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Install the wheel without extras into an empty environment; return its command."""
    place = tmp_path_factory.mktemp("bare")
    venv.create(place, with_pip=True)
    scripts = place / ("Scripts" if sys.platform == "win32" else "bin")
    install = [str(scripts / "python"), "-m", "pip", "install", "--disable-pip-version-check"]
    what = ["--constraint", str(ROOT / "constraints.txt"), str(only(built, "*.whl"))]
    done = subprocess.run([*install, *what], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    program = shutil.which("idgraph", path=str(scripts))
    assert program, "the wheel installs no command"

    def run(*words: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
        command = [program, *words]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)

    return run


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Write an exchange log of one person whose calls name her in two ways."""
    path = tmp_path / "calls.jsonl"
    rows = [
        {
            "request": {
                "method": "POST",
                "url": "https://a.klaviyo.com/api/track",
                "body": {"token": "SHOP01", "event": "Seen", "customer_properties": keys},
            },
            "response": {"status": 200, "body": "1"},
            "received_at": f"2021-04-16T10:00:0{second}Z",
            "person": "betty",
        }
        for second, keys in enumerate(IDENTIFIED_AS)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_help_and_demo_run_without_extras(idgraph: Run, tmp_path: Path) -> None:
    for words in (["--help"], ["demo"]):
        done = idgraph(*words, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert done.stdout


def test_diagnose_finds_the_split_of_a_log(idgraph: Run, log: Path, tmp_path: Path) -> None:
    done = idgraph("diagnose", log, "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    persons = [json.loads(line) for line in done.stdout.splitlines()]
    splits = [split for person in persons for split in person.get("splits", ())]
    assert splits
    assert splits[0]["call"] == 2
    for_people = idgraph("diagnose", log, cwd=tmp_path)
    assert for_people.returncode == 0, for_people.stderr
    assert "betty@shop.test" not in for_people.stdout


def test_report_is_written(idgraph: Run, log: Path, tmp_path: Path) -> None:
    done = idgraph("report", log, "-o", "report.html", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "report.html").stat().st_size > 0


def test_lab_without_its_extra_says_what_to_install(idgraph: Run, tmp_path: Path) -> None:
    done = idgraph("lab", cwd=tmp_path)
    assert done.returncode == 2
    assert "pip install 'idgraph[lab]'" in done.stderr
    assert "Traceback" not in done.stderr
