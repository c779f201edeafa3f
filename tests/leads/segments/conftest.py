from tests.people import person

__all__ = ["person"]
