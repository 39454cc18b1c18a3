"""What Tapak costs, measured beside hand-written SQL that makes the same writes. `python3 manage.py bench`."""
