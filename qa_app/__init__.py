"""Questions in, cited answers out: the assistant, its chat and its command line."""
