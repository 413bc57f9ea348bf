"""What holds for the project as a whole: commands, dependencies, documentation."""

import re
import subprocess
import tomllib
from pathlib import Path

from helpers import ROOT

import nbformat
import pytest
from conftest import NOTEBOOKS


def readme_commands(language="bash"):
    return re.findall(rf"```{language}\n(.*?)\n```", (ROOT / "README.md").read_text(), re.S)


def test_ci_runs_the_readmes_test_command():
    (command,) = [line for line in readme_commands() if "pytest" in line]
    assert command in (ROOT / ".ci" / "run").read_text().splitlines()


@pytest.mark.parametrize("language", ["bash", "powershell"])
def test_commands_are_one_line_each(language):
    commands = readme_commands(language)
    assert len(commands) >= 2 and not any("\n" in command for command in commands)


def test_readme_lists_every_notebook_and_its_links_lead_somewhere():
    targets = re.findall(r"\]\((?!http)([^)]+)\)", (ROOT / "README.md").read_text())
    assert {f"notebooks/{path.name}" for path in NOTEBOOKS} <= set(targets)
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_versions_are_written_once():
    assert "dependencies" not in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pip_lines = re.findall(r"^      - (.*)$", (ROOT / "environment.yml").read_text(), re.M)
    assert [line for line in pip_lines if not line.startswith("--extra-index-url")] == ["-r requirements.txt"]


def test_missing_helpers_are_explained(monkeypatch):
    """In a kernel without the helpers, the first cell of 00 says what is wrong and what to run."""
    first = next(cell for cell in nbformat.read(NOTEBOOKS[0], 4).cells if cell.cell_type == "code")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match=r"does not have .* helpers.*pip install -r requirements.txt"):
        exec(first.source, {})


RESULTS = ("data/generalization.json", "data/ladder.json", "data/shift.json")


def test_nothing_of_the_users_data_is_tracked():
    tracked = subprocess.run(["git", "ls-files", "data"], cwd=ROOT, capture_output=True, text=True).stdout.split()
    assert all(Path(name).suffix in (".md", ".pt", ".sha256") or name in RESULTS for name in tracked)
