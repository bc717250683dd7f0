"""The store's schema as numbered SQL files; a file that was released is never edited."""
