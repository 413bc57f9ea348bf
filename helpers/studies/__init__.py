"""What is measured once and kept in `data/`: each module is a command that measures it again."""

import json
from pathlib import Path
from typing import Any


def kept(file: Path, module: str) -> Any:
    """What a study has kept in `file`; a missing or broken one raises an error that names the command."""
    command = f"python -m {module}"
    if not file.exists():
        raise FileNotFoundError(f"No results in {file.name}: make them with {command}")
    try:
        return json.loads(file.read_text())
    except json.JSONDecodeError:
        raise ValueError(f"{file.name} is broken: delete it, and make it again with {command}") from None


def keep(file: Path, results: Any) -> None:
    """Write the results of a study, whole or not at all."""
    part = file.with_suffix(".part")
    part.write_text(json.dumps(results, indent=1) + "\n")
    part.replace(file)
