"""The pages of docs/: what they show is run, and what they link to is there."""
