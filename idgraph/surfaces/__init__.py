"""Where blocks become something to look at: text, markup, pictures, notebooks, widgets, reports."""
