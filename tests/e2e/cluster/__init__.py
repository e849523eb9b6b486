"""Catalyst's cluster activities on a real cluster."""
