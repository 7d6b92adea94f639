"""Postgres and Valkey from wheels, and what runs everything with one command."""
