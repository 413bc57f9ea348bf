"""What holds for the project as a whole: commands, dependencies, documentation."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from helpers import ROOT

import nbformat
import pytest
import yaml
from conftest import NOTEBOOKS
from packaging.requirements import Requirement


def readme_commands(language="bash"):
    return re.findall(rf"```{language}\n(.*?)\n```", (ROOT / "README.md").read_text(), re.S)


def test_ci_runs_the_readmes_test_command():
    (command,) = [line for line in readme_commands() if "pytest" in line]
    assert command in (ROOT / ".ci" / "run").read_text().splitlines()


WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
HOLD = "Hold pip to the floors of requirements.txt"


def jobs():
    return [job for file in WORKFLOWS for job in yaml.safe_load(file.read_text())["jobs"].values()]


def test_workflows_keep_githubs_schema():
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", *WORKFLOWS]
    checked = subprocess.run(command, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_workflows_run_the_readmes_commands_and_nothing_else():
    wanted = [line for line in readme_commands() if "pytest" in line or "sphinx" in line]
    wanted += [line for line in readme_commands("powershell") if "pytest" in line]
    steps = [step for job in jobs() for step in job["steps"] if step.get("name") != HOLD]
    assert sorted(step["run"] for step in steps if "run" in step) == sorted(wanted)
    used = {step["uses"].partition("@")[0] for step in steps if "uses" in step}
    assert used == {f"actions/{name}" for name in ("checkout", "setup-python", "upload-pages-artifact", "deploy-pages")}


def test_workflows_try_the_lowest_python():
    lowest = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"].removeprefix(">=")
    (matrix,) = [job["strategy"]["matrix"] for job in jobs() if "strategy" in job]
    assert lowest == matrix["python"][0] == matrix["include"][0]["python"]


@pytest.mark.skipif(sys.platform == "win32", reason="the step runs on Linux")
def test_workflow_holds_every_package_to_its_floor(tmp_path):
    (script,) = [step["run"] for job in jobs() for step in job["steps"] if step.get("name") == HOLD]
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    (tmp_path / "requirements.txt").write_text("\n".join(lines))
    environment = {**os.environ, "GITHUB_ENV": str(tmp_path / "environment")}
    subprocess.run(["bash", "-ec", script], cwd=tmp_path, env=environment, check=True)
    asked = [Requirement(line) for line in lines if line[0].isalpha()]
    floors = [f"{one.name}=={part.version}" for one in asked for part in one.specifier if part.operator == ">="]
    assert (tmp_path / "floors.txt").read_text().split() == floors and len(floors) == len(asked)
    assert (tmp_path / "environment").read_text() == f"PIP_CONSTRAINT={tmp_path}/floors.txt\n"


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
