"""Signing in: accounts, sessions, limits on guessing, and their pages."""
