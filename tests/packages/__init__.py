"""What is published beside the wheel: made from the code, and true of it."""
