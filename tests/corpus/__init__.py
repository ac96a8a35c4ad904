"""Tests of corpus runs."""
