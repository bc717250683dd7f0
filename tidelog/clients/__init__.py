"""The assistants that `tidelog install` knows, and the two kinds of files they are set up in."""
