"""What is to be seen of the leg cycle, as data: pure models that a window, a terminal or a test reads."""
