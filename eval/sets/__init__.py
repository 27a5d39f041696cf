"""Questions with their answers: which sets there are, and how their files become cases."""
