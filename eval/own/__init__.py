"""``python -m eval own``: a quality report on anyone's articles, without labels."""
