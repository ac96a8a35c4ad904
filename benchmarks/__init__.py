"""Measures of defurnish on real pages, and of the line rules that corpora use in its place."""
