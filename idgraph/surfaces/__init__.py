"""Where blocks become something to look at; each folder builds on those named before it.

`drawing` (trees to markup, pictures and text), `results` (results in blocks), `cases` (one person
on screen), `reports` (one offline file), `displays` (what a notebook keeps without a kernel),
`widgets` (the views, live), `notebooks` (rendered to pages), `workbench` (all of it on a screen).
`static` holds the scripts and styles that widgets and reports share.
"""
