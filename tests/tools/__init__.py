"""Tests of wellit.tools."""
