"""Commands that fit what the library carries: weights come from here, with their data named."""
