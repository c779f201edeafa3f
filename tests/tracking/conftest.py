from tests.tracking.facing import ask

__all__ = ["ask"]
