"""The project as a page in the browser, for the people beside the assistants."""
