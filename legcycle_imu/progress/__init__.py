"""Sessions against each other: whether a runner's leg cycle changed, and by how much it would have to."""
