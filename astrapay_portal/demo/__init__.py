"""Invented clients, people and charges, the same each time. Nothing here exists in production."""
