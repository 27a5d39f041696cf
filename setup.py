"""Dependencies come from requirements.txt, so that they are written down once."""

from pathlib import Path

from setuptools import setup

lines = Path(__file__).with_name("requirements.txt").read_text(encoding="utf-8").splitlines()
setup(install_requires=[line for line in lines if line and not line.startswith(("#", "-"))])
