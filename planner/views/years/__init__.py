"""What a reader sees of several years that are planned together: sentences, figures, and a section of the page."""
