"""Where tidelog can be installed, and how a file that is not ours is changed."""
