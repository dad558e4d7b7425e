"""Put the shipped scenarios into the wheel, as ``planner/scenarios``; everything else stands in pyproject.toml."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class WithScenarios(build_py):
    """Copies the scenarios beside the package into it, but not into a checkout that is installed as it stands."""

    def run(self) -> None:
        """Build as ever, then copy."""
        super().run()
        if not self.editable_mode:
            shutil.copytree(Path(__file__).parent / "scenarios", Path(self.build_lib) / "planner" / "scenarios")


setup(cmdclass={"build_py": WithScenarios})
