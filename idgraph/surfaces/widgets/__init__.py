"""The views, live: linked with each other, seen and set from Python."""
