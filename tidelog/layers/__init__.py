"""Where an answer comes from when the store cannot give it: the hub, git, the files."""
