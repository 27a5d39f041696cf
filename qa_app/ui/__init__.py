"""The parts of the chat page; ``qa_app/app.py`` puts them together."""
