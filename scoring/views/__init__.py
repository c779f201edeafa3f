"""Pages of scoring: the model, and who ranks by it without being known."""
