"""The parts of understanding a follow-up; ``qa_app/conversation.py`` puts them together."""
