"""The page with an assistant that answers by a script: ``streamlit run`` it."""

import runpy
from pathlib import Path

import qa_app
from qa_app import assistant, startup
from tests.qa_app.page_fakes import ScriptedAssistant, fake_open

startup.open_collection = fake_open
assistant.Assistant = ScriptedAssistant
runpy.run_path(str(Path(qa_app.__file__).with_name("app.py")), run_name="__main__")
