"""Connections to the engines of the field: one module each, thin, and the only one that imports its engine."""
