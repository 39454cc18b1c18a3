"""Registers: what is written down about bodies and regions, each kind declared as data and stepped by one machine."""
