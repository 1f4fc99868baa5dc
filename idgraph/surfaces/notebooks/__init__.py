"""Notebooks as one offline file in which steppers still step."""
